// A worker's call: it tells nothing to a reflector that does not prove that it knows the password.
import assert from "node:assert/strict";
import { inventoryOf } from "../../tests/fixture/liner.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { acceptLines } from "../line/accept_lines.ts";
import { CLOSE } from "../line/frames.ts";
import { Outcall } from "./outcall.ts";
import { makeNonce, prove } from "./proof.ts";

const INVENTORY: Inventory = JSON.parse(inventoryOf("w1")).inventory;
const PACE = { most: 1_000_000, bytesPerSecond: 1_000_000, messagesPerSecond: 100 };

interface Greeting {
  readonly nonce: string;
  readonly node: string;
  readonly proof?: string;
}

/** What a reflector says besides its welcome. */
interface Besides {
  readonly before?: string;
  readonly after?: readonly string[];
}

type Welcome = (hello: Greeting, reflectorNonce: string) => object | Promise<object>;

/** What a worker says after the welcome, whether it was taken, and why its call has ended. */
async function call(
  password: string | undefined,
  welcome: Welcome,
  { before, after = [] }: Besides = {},
) {
  const nonce = makeNonce();
  let said: string | undefined;
  let isTaken = false;
  using acceptor = acceptLines({ hostname: "127.0.0.1", port: 0 }, {
    refuse: () => undefined,
    async serve(line, known) {
      known();
      if (before !== undefined) line.send(before);
      line.send(JSON.stringify({ type: "challenge", protocol: 1, version: "0", nonce }));
      const hello = JSON.parse(await line.next(PACE) ?? "");
      line.send(JSON.stringify({ type: "welcome", ...await welcome(hello, nonce) }));
      said = await line.next(PACE);
      for (const text of after) line.send(text);
      line.close(CLOSE.policy, "this is enough");
      await line.closed;
    },
  });
  const outcall = new Outcall(`127.0.0.1:${acceptor.port}`, {
    ...{ node: "w1", password: () => password, inventory: () => INVENTORY },
    answer: () => new Promise(() => {}),
    taken: () => isTaken = true,
  });
  const why = await outcall.ended;
  return { said, isTaken, why };
}

const claimOf = ({ node, nonce }: Greeting, reflectorNonce: string) =>
  ({ prover: "reflector", node, reflectorNonce, workerNonce: nonce }) as const;
const right: Welcome = async (hello, nonce) => ({
  proof: await prove("s3cret", claimOf(hello, nonce)),
});

for (
  const [what, password, welcome] of [
    ["the right proof", "s3cret", right],
    ["no proof where there is no password", undefined, () => ({})],
  ] as const
) {
  Deno.test(`${what}: the inventory is told, and the reflector's reason to end is heard`, async () => {
    const { said, isTaken, why } = await call(password, welcome);
    assert.deepEqual(JSON.parse(said ?? ""), { type: "inventory", inventory: INVENTORY });
    assert.deepEqual([isTaken, why], [true, "this is enough"]);
  });
}

for (
  const [what, welcome] of [
    ["no proof", () => ({})],
    ["a proof of another password", async (hello, nonce) => ({
      proof: await prove("other", claimOf(hello, nonce)),
    })],
    ["the worker's own proof", ({ proof }) => ({ proof })],
    ["a proof for another worker", async (hello, nonce) => ({
      proof: await prove("s3cret", { ...claimOf(hello, nonce), node: "w2" }),
    })],
    ["an earlier proof", async (hello, nonce) => ({
      proof: await prove("s3cret", { ...claimOf(hello, nonce), workerNonce: makeNonce() }),
    })],
  ] satisfies [string, Welcome][]
) {
  Deno.test(`${what}: the worker tells nothing, and ends its call`, async () => {
    assert.deepEqual(await call("s3cret", welcome), {
      ...{ said: undefined, isTaken: false },
      why: "the reflector does not know the BGP password",
    });
  });
}

const question = (id: number) =>
  JSON.stringify({ type: "question", id, question: { kind: "counters" } });

for (
  const [what, besides, why] of [
    ["a long message", { before: "x".repeat(70_000) }, "a message is longer than 65536 bytes"],
    [
      "questions that do not wait for answers",
      { after: Array.from({ length: 65 }, (_, at) => question(at)) },
      "the reflector asks too much",
    ],
    ["some questions", { after: [question(1), question(2)] }, "this is enough"],
  ] satisfies [string, Besides, string][]
) {
  Deno.test(`${what}: ${why}`, async () => {
    assert.equal((await call("s3cret", right, besides)).why, why);
  });
}

for (
  const [what, answer] of [
    ["no WebSocket", "HTTP/1.1 404 Not Found\r\n\r\n"],
    ["a false accept", "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: x\r\n\r\n"],
    ["nothing", ""],
  ]
) {
  Deno.test(`who answers with ${what} is nobody`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const answering = (async () => {
      using connection = await listener.accept();
      await connection.write(new TextEncoder().encode(answer));
      await connection.closeWrite();
      await connection.read(new Uint8Array(1_000));
    })();
    const outcall = new Outcall(`127.0.0.1:${port}`, {
      ...{ node: "w1", password: () => "s3cret", inventory: () => INVENTORY },
      answer: () => Promise.reject(new Error("nobody asks")),
      taken: () => assert.fail("it was taken"),
    });
    assert.equal(await outcall.ended, "nobody answers there");
    await answering;
  });
}
