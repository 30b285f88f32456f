// Empty LANs over time, with a clock of the test's own.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type EmptySince, nextEmptyLans } from "./empty_lans.ts";
import type { LanOnNode } from "./list_lans.ts";

const GRACE_MS = 1000;

function lan(ifindex: number, isEmpty: boolean): LanOnNode {
  return {
    lan: { name: `n${ifindex}`, suffix: "s", vni: ifindex },
    bridge: `kt-n${ifindex}-s`,
    ifindex,
    mtu: 1450,
    ports: isEmpty ? [] : [{ name: "mgabcdefghijklm" }],
  };
}

/** Looks at the node at each of these times (ms); answers at which a LAN was to be removed. */
function timesOfRemoval(looks: readonly (readonly [number, readonly LanOnNode[]])[]): number[] {
  let since: EmptySince = new Map();
  let overdue: LanOnNode[];
  const times: number[] = [];
  for (const [now, lans] of looks) {
    [since, overdue] = nextEmptyLans(since, lans, now, GRACE_MS);
    if (overdue.length > 0) times.push(now);
  }
  return times;
}

Deno.test("an empty LAN is removed when its grace time is over, not before", () => {
  const looks = [0, 500, 999, 1000].map((now) => [now, [lan(1, true)]] as const);
  assert.deepEqual(timesOfRemoval(looks), [1000]);
});

Deno.test("a pod that came and went between two looks starts the grace time anew", () => {
  const one = lan(1, true);
  const [since] = nextEmptyLans(new Map(), [one], 0, GRACE_MS);
  const [later, overdue] = nextEmptyLans(since, [one], 1500, GRACE_MS, new Set([one.bridge]));
  assert.deepEqual(overdue, []);
  assert.deepEqual(nextEmptyLans(later, [one], 2499, GRACE_MS)[1], []);
  assert.deepEqual(nextEmptyLans(later, [one], 2500, GRACE_MS)[1], [one]);
});

Deno.test("a pod in between, or a LAN that is made anew, starts the grace time anew", () => {
  const [empty, used, again] = [lan(1, true), lan(1, false), lan(2, true)];
  assert.deepEqual(
    timesOfRemoval([[0, [empty]], [900, [used]], [1000, [empty]], [1900, [empty]], [2000, [
      empty,
    ]]]),
    [2000],
  );
  assert.deepEqual(timesOfRemoval([[0, [empty]], [1000, [again]], [2000, [again]]]), [2000]);
});

Deno.test("a LAN that has a pod is never removed", () => {
  const looks = [0, 10_000, 20_000].map((now) => [now, [lan(1, false)]] as const);
  assert.deepEqual(timesOfRemoval(looks), []);
});

/** What a look finds: ms since the last one, and each LAN's state, if it is there. */
const look = fc.record({
  pause: fc.nat({ max: 700 }),
  lans: fc.array(fc.constantFrom("gone", "empty", "used"), { minLength: 3, maxLength: 3 }),
});

Deno.test("overdue is exactly what each look of the last grace time found empty", () => {
  fc.assert(fc.property(fc.array(look, { maxLength: 30 }), (looks) => {
    let since: EmptySince = new Map();
    let now = 0;
    /** Since when each LAN has been found empty without a break, told apart by number. */
    const streaks: (number | undefined)[] = [undefined, undefined, undefined];
    for (const { pause, lans } of looks) {
      now += pause;
      lans.forEach((state, at) => {
        streaks[at] = state === "empty" ? streaks[at] ?? now : undefined;
      });
      const there = lans.flatMap((state, at) =>
        state === "gone" ? [] : [lan(at + 1, state === "empty")]
      );
      const [next, overdue] = nextEmptyLans(since, there, now, GRACE_MS);
      const expected = streaks.flatMap((start, at) =>
        start !== undefined && now - start >= GRACE_MS ? [at + 1] : []
      );
      assert.deepEqual(overdue.map(({ ifindex }) => ifindex), expected);
      assert.equal(next.size, streaks.filter((start) => start !== undefined).length);
      since = next;
    }
  }));
});
