// Calls that end at once are made seldom and told of; one that has lasted is called again soon.
import assert from "node:assert/strict";
import { Redial } from "./redial.ts";

/** Calls for two minutes, each of which ends at once: the pauses, and when trouble is told of. */
function callInVain(redial: Redial, from: number) {
  const pauses: number[] = [];
  const told: number[] = [];
  for (let now = from; now <= from + 120_000;) {
    const { pauseMs, isTrouble } = redial.ended(now);
    pauses.push(pauseMs);
    if (isTrouble) told.push(now - from);
    now += pauseMs;
  }
  return { pauses, told };
}

Deno.test("a reflector that ends each call at once is called less often, and told of once", () => {
  const { pauses, told } = callInVain(new Redial(7_000), 7_000);
  assert.deepEqual(pauses.slice(0, 6), [250, 500, 1_000, 2_000, 3_000, 3_000]);
  assert.equal(told.length, 1);
  assert.ok(told[0]! > 60_000 && told[0]! <= 63_000, `${told}`);
});

Deno.test("a call that has lasted ends the trouble, and the next one is made soon", () => {
  const redial = new Redial(0);
  callInVain(redial, 0);
  assert.equal(redial.lasted(), true);
  const { pauses, told } = callInVain(redial, 900_000);
  assert.deepEqual([pauses[0], told.length], [250, 1]);
  // Nothing has been told of this time.
  assert.equal(redial.lasted(), true);
  redial.ended(2_000_000);
  assert.equal(redial.lasted(), false);
});
