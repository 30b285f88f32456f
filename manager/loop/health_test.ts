// What makes a node ready and a manager alive, as tables.
import assert from "node:assert/strict";
import type { Session } from "../frr/query.ts";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { isAlive, isReady } from "./health.ts";

const UP = ["zebra", "bgpd", "watchfrr", "staticd"];
const DAEMONS = "FRR's daemons are not up";
const SESSION = "no BGP session is Established";

const session = (state: string): Session => ({
  peer: "10.0.0.1",
  state,
  uptimeMs: 0,
  prefixesReceived: 0,
  prefixesSent: 0,
});

const READY = [
  ["worker", UP, ["Established"], []],
  ["worker", UP, ["Active", "Established"], []],
  ["worker", UP, ["Active"], [SESSION]],
  ["worker", UP, ["OpenConfirm"], [SESSION]],
  ["worker", UP, [], [SESSION]],
  ["worker", ["bgpd", "watchfrr"], ["Established"], [DAEMONS]],
  ["worker", ["zebra"], [], [DAEMONS, SESSION]],
  ["worker", [], [], [DAEMONS, SESSION]],
  ["route-reflector", UP, [], []],
  ["route-reflector", ["zebra"], ["Established"], [DAEMONS]],
] as const;

for (const [role, daemons, states, reasons] of READY) {
  const what = `${role}, daemons ${daemons.join(" ") || "-"}, sessions ${states.join(" ") || "-"}`;
  Deno.test(`${what}: ${reasons.join("; ") || "ready"}`, () => {
    const sessions = states.map(session);
    assert.deepEqual(isReady(role, { daemons, sessions }), { ok: reasons.length === 0, reasons });
  });
}

Deno.test("a manager is alive until its last look is older than a minute", () => {
  using _usual = scaleTime(1);
  assert.equal(isAlive(undefined, 1e9).ok, true);
  assert.equal(isAlive(1_000, 61_000).ok, true);
  const stuck = { ok: false, reasons: ["the node was last looked at 62 s ago"] };
  assert.deepEqual(isAlive(1_000, 63_400), stuck);
  using _slow = scaleTime(3);
  assert.equal(isAlive(1_000, 181_000).ok, true);
  assert.equal(isAlive(1_000, 181_001).ok, false);
});
