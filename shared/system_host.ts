// What a call needs of the world, where it has a process of its own.
import { readTextIfThere } from "./files.ts";
import type { Host } from "./host.ts";
import { lock } from "./lan/lock.ts";
import { converse, run } from "./process/exec.ts";

/** This process and its node, as they are. */
export function systemHost(): Host {
  return {
    run,
    converse,
    shareKernel: (kernel) => kernel,
    lock,
    readText: readTextIfThere,
    // Synchronous: what is asked about lies in memory, and another thread costs ten times as much.
    stat(path) {
      try {
        const { ino, isFile } = Deno.statSync(path);
        return Promise.resolve({ inode: ino ?? 0, isFile });
      } catch (error) {
        return Promise.resolve(error instanceof Deno.errors.NotFound ? undefined : "unknown");
      }
    },
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    now: () => performance.now(),
    // The path does not say "self", because the programs that this process starts read it.
    nodeNetns: `/proc/${Deno.pid}/ns/net`,
    kernelRelease: Deno.osRelease(),
  };
}
