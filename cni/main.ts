// The plugin `megalos` as a process: it reads environment and stdin, and answers on stdout.
import { MAX_CONFIG_BYTES } from "../shared/call_limits.ts";
import { systemHost } from "../shared/system_host.ts";
import { concatenate } from "../shared/process/streams.ts";
import { answer } from "./call.ts";

const CHUNK_BYTES = 65_536;

// Synchronous, because nothing else is going on and Deno's streams cost milliseconds of a start. A
// config that is too long is not read to its end.
function readStdin(): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let total = 0; total <= MAX_CONFIG_BYTES;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const size = Deno.stdin.readSync(chunk);
    if (size === null) break;
    chunks.push(chunk.subarray(0, size));
    total += size;
  }
  return concatenate(chunks);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

const env = (name: string) => Deno.env.get(name);
const stdin = () => Promise.resolve(readStdin());
const { stdout, stderr, exitCode } = await answer(env, stdin, systemHost());
write(Deno.stderr, stderr);
write(Deno.stdout, stdout);
Deno.exit(exitCode);
