// Everything that a call needs of the world: so that it can run as a process of its own, inside another, or in a test.
import type { Run } from "./lan/lan_netns.ts";
import type { Kernel } from "./iproute2/kernel.ts";
import type { Converse } from "./iproute2/session.ts";
import { converse, run } from "./exec.ts";
import { readTextIfThere } from "./files.ts";
import { lock } from "./lan/lock.ts";

export interface Ports {
  readonly run: Run;
  readonly converse: Converse;
  /** Joins the work of this call with that of others in the same process, where there are others. */
  shareKernel(kernel: Kernel): Kernel;
  /** A file's text, or undefined where there is none. */
  readText(path: string): Promise<string | undefined>;
  /** What is at a path; "unknown" where this process may not look, undefined where there is nothing. */
  stat(path: string): Promise<FileStat | "unknown" | undefined>;
  /** See `shared/lan/lock.ts`. */
  lock(path: string, make: boolean, timeoutMs: number): Promise<Disposable>;
  random(bytes: number): Uint8Array;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Path of the node's network namespace, as any program of this host sees it. */
  readonly nodeNetns: string;
}

/** What a call asks about a file. */
export interface FileStat {
  readonly inode: number;
  /** A regular file, as a namespace is one: opening it never waits. */
  readonly isFile: boolean;
}

/** The ports of this process. */
export function systemPorts(): Ports {
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
    // Not "self": it is read by the programs that this process starts.
    nodeNetns: `/proc/${Deno.pid}/ns/net`,
  };
}
