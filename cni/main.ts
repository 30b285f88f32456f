// The plugin `megalos` as a process: environment and stdin in, the answer on stdout and in the exit code.
import { answer } from "./call.ts";
import { systemPorts } from "../shared/ports.ts";

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

const { stdout, stderr, exitCode } = await answer(
  (name) => Deno.env.get(name),
  readStdin,
  systemPorts(),
);
await write(Deno.stderr, stderr);
await write(Deno.stdout, stdout);
Deno.exit(exitCode);
