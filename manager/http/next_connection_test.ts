// Callers that are gone before they are accepted keep nobody waiting.
import assert from "node:assert/strict";
import { nextConnection } from "./next_connection.ts";

const CONNECTION = {} as Deno.Conn;

/** What a listener answers, one after the other. */
function listenerOf(...answers: readonly (Error | Deno.Conn)[]) {
  const left = answers.values();
  return {
    accept: (): Promise<Deno.Conn> => {
      const next = left.next().value!;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
}

const CASES: readonly [string, readonly Error[], paused: number][] = [
  ["callers that are gone", [
    new Deno.errors.NotConnected("Transport endpoint is not connected"),
    new Deno.errors.ConnectionReset("Connection reset by peer"),
    new Deno.errors.ConnectionAborted("Software caused connection abort"),
  ], 0],
  ["no descriptors", [new Error("Too many open files (os error 24)"), new Error("the same")], 2],
];

for (const [what, errors, paused] of CASES) {
  Deno.test(`${what}: the next caller waits for ${paused} pauses`, async () => {
    let pauses = 0;
    const pause = () => Promise.resolve(void pauses++);
    assert.equal(await nextConnection(listenerOf(...errors, CONNECTION), pause), CONNECTION);
    assert.equal(pauses, paused);
  });
}

Deno.test("a listener that is closed has no next connection", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const next = nextConnection(listener);
  listener.close();
  assert.equal(await next, undefined);
});
