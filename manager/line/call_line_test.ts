// A call that nobody takes ends with its caller's patience, and not with the kernel's.
import assert from "node:assert/strict";
import { callLine } from "./call_line.ts";

Deno.test("a call of whoever takes no connection is ended by its caller", async () => {
  // So many wait to be accepted, and one more; what comes then has no answer.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr as Deno.NetAddr;
  const at = { hostname: "127.0.0.1", port };
  using _one = await Deno.connect(at);
  using _other = await Deno.connect(at);
  const stop = new AbortController();
  const calling = callLine({ ...at, path: "/" }, stop.signal);
  stop.abort();
  await assert.rejects(calling, { name: "AbortError" });
});
