// Whose announced routes are read next.
import assert from "node:assert/strict";
import { planReadings, planRest, type Reading } from "./plan_readings.ts";
import type { CountedCaller } from "./read_callers.ts";

const NOW = 100_000;

/** A reading that ended then, after so many updates had been counted. */
const reading = (endedAt: number, updates: number | undefined, restUntil = endedAt): Reading => ({
  counted: updates === undefined ? undefined : { updates, countedAt: endedAt - 10 },
  ...{ endedAt, restUntil },
  tookMs: 10,
});

const caller = (peer: string, updates: number, since = 0): CountedCaller => ({
  ...{ peer, routerId: peer, updates, since },
  countedAt: NOW,
});

/** Callers in bgpd's order; who is read of them, in the order. */
const CASES: readonly [
  what: string,
  callers: readonly CountedCaller[],
  readings: Readonly<Record<string, Reading>>,
  order: string,
][] = [
  ["those never read come as bgpd names them", [caller("a", 1), caller("b", 1)], {}, "a b"],
  ["who has announced nothing since is not read", [caller("a", 1), caller("b", 2)], {
    a: reading(50, 1),
  }, "b"],
  ["whose reading is longest ago comes first", [caller("a", 9), caller("b", 9), caller("c", 9)], {
    a: reading(NOW - 10, 8),
    b: reading(NOW - 5_000, 8),
    c: reading(NOW - 400, 8),
  }, "b c a"],
  ["who was never read comes before all", [caller("a", 9), caller("b", 1)], {
    a: reading(50, 8),
  }, "b a"],
  ["who rests is left out", [caller("a", 9), caller("b", 9)], {
    a: reading(50, 8, NOW + 1),
    b: reading(60, 8, NOW),
  }, "b"],
  ["a new session is read though it has the same count", [caller("a", 8, 5_001), caller("b", 8)], {
    a: reading(5_010, 8),
    b: reading(5_010, 8),
  }, "a"],
  ["who could not be read is read again, after the others", [caller("a", 8), caller("b", 9)], {
    a: reading(60, undefined),
    b: reading(50, 8),
  }, "b a"],
];

for (const [what, callers, readings, order] of CASES) {
  Deno.test(`readings: ${what}`, () => {
    const planned = planReadings(callers, new Map(Object.entries(readings)), NOW);
    assert.equal(planned.map(({ peer }) => peer).join(" "), order);
  });
}

Deno.test("a caller rests three times as long as its reading took", () => {
  assert.equal(planRest({ endedAt: NOW, tookMs: 200 }, []), NOW + 600);
});

Deno.test("who rests counts in another's rest, and who does not rest any more does not", () => {
  const others = [reading(5, 1, NOW + 1), reading(5, 1, NOW)];
  assert.equal(planRest({ endedAt: NOW, tookMs: 200 }, others), NOW + 630);
});

Deno.test("many callers that announce all the time are read for a third of the time", () => {
  const readings = new Map<string, Reading>();
  let [now, readMs] = [0, 0];
  for (let updates = 1; now < 600_000; updates++) {
    const callers = Array.from({ length: 30 }, (_, at) => caller(`${at}`, updates));
    const [next] = planReadings(callers, readings, now);
    if (next === undefined) {
      now += 50;
      continue;
    }
    const tookMs = 100 + 10 * Number(next.peer);
    now += tookMs;
    readMs += tookMs;
    readings.delete(next.peer);
    const ended = { endedAt: now, tookMs };
    const restUntil = planRest(ended, readings.values());
    readings.set(next.peer, { ...ended, counted: next, restUntil });
  }
  assert.ok(readMs / now < 0.36, `${readMs / now}`);
  assert.ok(readMs / now > 0.2, `${readMs / now}`);
});
