// Any bytes at the manager's HTTP ports: one answer, and the next request has its own.
import assert from "node:assert/strict";
import { fuzzOpened } from "../../tests/fixture/fuzz.ts";
import { ask, assertOneAnswer, freePort } from "../../tests/fixture/http_asker.ts";
import { plainRequest, sent } from "../../tests/fixture/http_bytes.ts";
import { type Answer, type Bounds, listen } from "./listen.ts";
import { routes } from "./server.ts";
import { viewRoutes } from "./view.ts";

/** A slow machine has all the time that it needs. */
const BOUNDS: Bounds = { connections: 64, deadlineMs: 3_600_000, takenMs: 3_600_000 };

const OK = { ok: true, reasons: [] };
const probes = routes({ alive: () => OK, ready: () => OK });
const bodyOf = (text: string) => new Response(text).body!;
const view = viewRoutes({
  metrics: () => Promise.resolve({ body: bodyOf("a 1\n"), length: 4, type: "text/plain" }),
  watchMap: () => Promise.resolve(bodyOf("data: 1\n\n")),
}, () => ({ token: "0123456789abcdef", isMetricsOpen: true }));

const PORTS: readonly [what: string, answer: Answer, good: string][] = [
  ["the probes' port", (request) => probes.fetch(request), "/healthz"],
  ["the view's port", (request, from) => view.fetch(request, { from }), "/metrics"],
];

for (const [what, answer, good] of PORTS) {
  const open = () => {
    const port = freePort();
    const server = listen({ hostname: "127.0.0.1", port }, answer, BOUNDS);
    return { port, [Symbol.dispose]: () => server[Symbol.dispose]() };
  };
  fuzzOpened(`any bytes at ${what} have one answer`, open, sent, async (one, { port }) => {
    const text = await ask(port, one);
    if (text !== undefined) assert.notEqual(assertOneAnswer(text), 500);
    assert.equal(assertOneAnswer(await ask(port, plainRequest(good)) ?? ""), 200);
  }, 700);
}
