// What is said passes both ways, and the program ends with either side.
import assert from "node:assert/strict";
import { forward } from "./forward.ts";

const text = new TextEncoder().encode("what is said");

async function connect() {
  const stack = new AsyncDisposableStack();
  const listener = stack.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const { port } = listener.addr as Deno.NetAddr;
  const way = stack.use(await forward("127.0.0.1", port));
  const [hostname = "", own] = way.authority.split(":");
  const caller = stack.use(await Deno.connect({ hostname, port: Number(own) }));
  const called = stack.use(await listener.accept());
  return { caller, called, way, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const hear = async (connection: Deno.Conn) => {
  const buffer = new Uint8Array(64);
  const size = await connection.read(buffer);
  return size === null ? "the end" : new TextDecoder().decode(buffer.subarray(0, size));
};

Deno.test("what is said passes both ways, and the end of one side ends the other", async () => {
  await using connected = await connect();
  const { caller, called } = connected;
  for (const [from, to] of [[caller, called], [called, caller]] as const) {
    await from.write(text);
    assert.equal(await hear(to), "what is said");
  }
  await called.closeWrite();
  assert.equal(await hear(caller), "the end");
});

Deno.test("a way that is given up ends both sides", async () => {
  await using connected = await connect();
  const { caller, called, way } = connected;
  await way[Symbol.asyncDispose]();
  assert.deepEqual([await hear(caller), await hear(called)], ["the end", "the end"]);
});

Deno.test("where nobody answers the caller is told so by the end", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await using way = await forward("127.0.0.1", port);
  const [hostname = "", own] = way.authority.split(":");
  using caller = await Deno.connect({ hostname, port: Number(own) });
  assert.equal(await hear(caller), "the end");
});

Deno.test("a way that nobody has taken ends", async () => {
  const way = await forward("127.0.0.1", 1);
  await way[Symbol.asyncDispose]();
  const [hostname = "", own] = way.authority.split(":");
  await assert.rejects(
    Deno.connect({ hostname, port: Number(own) }),
    Deno.errors.ConnectionRefused,
  );
});
