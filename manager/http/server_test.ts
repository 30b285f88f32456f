// What kubelet's probes are answered.
import assert from "node:assert/strict";
import { routes } from "./server.ts";
import type { Verdict } from "../loop/health.ts";

const OK: Verdict = { ok: true, reasons: [] };

const ANSWERS: readonly [string, { alive?: Verdict; ready?: Verdict }, number, string][] = [
  ["/healthz", {}, 200, "ok\n"],
  ["/readyz", {}, 200, "ok\n"],
  ["/healthz", { ready: { ok: false, reasons: ["a"] } }, 200, "ok\n"],
  ["/readyz", { alive: { ok: false, reasons: ["a"] } }, 200, "ok\n"],
  ["/healthz", { alive: { ok: false, reasons: ["a"] } }, 503, "a\n"],
  ["/readyz", { ready: { ok: false, reasons: ["a", "b"] } }, 503, "a\nb\n"],
];

for (const [path, { alive = OK, ready = OK }, status, body] of ANSWERS) {
  Deno.test(`GET ${path}, alive ${alive.ok}, ready ${ready.ok}: ${status}`, async () => {
    const answer = await routes({ alive: () => alive, ready: () => ready }).request(path);
    assert.equal(answer.status, status);
    assert.equal(await answer.text(), body);
  });
}

Deno.test("a path that is not served is answered by a problem", async () => {
  const answer = await routes({ alive: () => OK, ready: () => OK }).request("/elsewhere");
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.deepEqual(await answer.json(), {
    type: "about:blank",
    title: "Not Found",
    status: 404,
    detail: "nothing is served here; /healthz and /readyz are",
  });
});

Deno.test("a verdict is asked for at each request", async () => {
  let ok = false;
  const app = routes({ alive: () => OK, ready: () => ({ ok, reasons: ok ? [] : ["not yet"] }) });
  assert.equal((await app.request("/readyz")).status, 503);
  ok = true;
  assert.equal((await app.request("/readyz")).status, 200);
});
