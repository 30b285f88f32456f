// What clients that ask and never read cost: few connections, and no answer of others.
import assert from "node:assert/strict";
import { freePort } from "../../tests/fixture/http_asker.ts";
import { type Bounds, listen } from "./listen.ts";

const HOUR_MS = 3_600_000;
const PART = new Uint8Array(65_536);
/** More than any socket holds. */
const LENGTH = 1_000_000_000;

/** Serves a long answer at `/long`, one without an end at `/stream`, and a short one elsewhere. */
function serve(bounds: Bounds) {
  const ended = Promise.withResolvers<void>();
  const body = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.enqueue(PART),
      cancel: () => ended.resolve(),
    }, { highWaterMark: 0 });
  const headers: Readonly<Record<string, Record<string, string>>> = {
    "/long": { "content-length": `${LENGTH}` },
    "/stream": { "content-type": "text/event-stream" },
  };
  const port = freePort();
  const server = listen({ hostname: "127.0.0.1", port }, (request) => {
    const more = headers[new URL(request.url).pathname];
    return more === undefined ? new Response("ok") : new Response(body(), { headers: more });
  }, bounds);
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port });
  const ask = async (path: string, method = "GET") => {
    const connection = await connect();
    const request = `${method} ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    return connection;
  };
  return {
    connect,
    ask,
    /** Asks, and reads no more than the first byte of the answer: it has begun then. */
    async askAndNeverRead(path: string) {
      const connection = await ask(path);
      const read = await connection.read(new Uint8Array(1));
      assert.equal(read, 1, `the connection has ended before the answer at ${path} has begun`);
      return connection;
    },
    ended: ended.promise,
    [Symbol.dispose]: () => server[Symbol.dispose](),
  };
}

const countFiles = () => Array.from(Deno.readDirSync("/proc/self/fd")).length;

Deno.test("clients that never read make room for others, and hold no descriptors", async () => {
  using server = serve({ connections: 4, deadlineMs: HOUR_MS, takenMs: HOUR_MS });
  using clients = new DisposableStack();
  const before = countFiles();
  const count = 40;
  for (let at = 0; at < count; at++) clients.use(await server.askAndNeverRead("/long"));
  using connection = await server.ask("/");
  const answer = await new Response(connection.readable).text();
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*ok$/);
  const held = countFiles() - before - count;
  assert.ok(held < 20, `${held} files are open`);
});

/** A connection's deadline leaves a slow machine the time to begin the answer. */
const SHORT = [["/long", { deadlineMs: 1_000 }], ["/stream", { takenMs: 50 }]] as const;

for (const [path, bounds] of SHORT) {
  Deno.test(`an answer at ${path} that nobody reads is ended`, async () => {
    const never = { connections: 4, deadlineMs: HOUR_MS, takenMs: HOUR_MS };
    using server = serve({ ...never, ...bounds });
    using _client = await server.askAndNeverRead(path);
    await server.ended;
  });
}

Deno.test("HEAD is answered without a body, and no length of none is told", async () => {
  using server = serve({ connections: 4, deadlineMs: HOUR_MS, takenMs: HOUR_MS });
  using connection = await server.ask("/", "HEAD");
  const answer = await new Response(connection.readable).text();
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
  assert.doesNotMatch(answer, /content-length/);
});

Deno.test("a header of bytes that are no text is no reason to give no answer", async () => {
  using server = serve({ connections: 4, deadlineMs: HOUR_MS, takenMs: HOUR_MS });
  using connection = await server.connect();
  const bytes = Uint8Array.from({ length: 128 }, (_, at) => 128 + at);
  const request = ["GET / HTTP/1.1\r\nx: ", bytes, "\r\n\r\n"];
  await connection.write(await new Blob(request).bytes());
  assert.match(await new Response(connection.readable).text(), /^HTTP\/1\.1 200 OK\r\n/);
});
