// The plugin `megalos` as a process: environment and stdin in, the answer on stdout and in the exit code.
import { converse, run } from "../shared/exec.ts";
import { lock } from "../shared/lan/lock.ts";
import { answer } from "./call.ts";
import type { Ports } from "./ports.ts";

const ports: Ports = {
  run,
  converse,
  lock,
  async readText(path) {
    try {
      return await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
  async inode(path) {
    try {
      return (await Deno.stat(path)).ino ?? "unknown";
    } catch (error) {
      return error instanceof Deno.errors.NotFound ? undefined : "unknown";
    }
  },
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  now: () => performance.now(),
  // Not "self": it is read by the programs that this process starts.
  nodeNetns: `/proc/${Deno.pid}/ns/net`,
};

async function readStdin(): Promise<Uint8Array> {
  return new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
}

async function write(
  stream: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
}

const { stdout, stderr, exitCode } = await answer((name) => Deno.env.get(name), readStdin, ports);
await write(Deno.stderr, stderr);
await write(Deno.stdout, stdout);
Deno.exit(exitCode);
