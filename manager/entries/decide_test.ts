// What a look decides, as tables.
import assert from "node:assert/strict";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { decideFates, decideSweep, type Deleted, hasSpoken, type Swept } from "./decide.ts";

/** When the looks of these tables are (ms). */
const NOW = 100_000;

const IDLE: Swept = { hasChanged: false, hasSuspects: false, sweptAt: 50_000, sweepMs: 0 };

/** Entries that were deleted at these times, in places of that name. */
const deletedAt = (...times: number[]): ReadonlyMap<string, Deleted> =>
  new Map(times.map((at) => [`${at}`, { entry: { mac: "02:00:00:00:00:02", ifname: "a" }, at }]));

const DELETIONS: readonly [
  string,
  number | undefined,
  number,
  "put back" | "withdrawn" | "kept",
][] = [
  ["without a session", undefined, 1, "put back"],
  ["without a session, while FRR is asked", undefined, NOW, "put back"],
  ["before the oldest session began", 90_000, 89_999, "put back"],
  ["when the oldest session began", 90_000, 90_000, "withdrawn"],
  ["while there is a session", 1_000, 99_999, "withdrawn"],
  ["when FRR is asked", 1_000, NOW, "kept"],
  ["after FRR was asked", 1_000, NOW + 1, "kept"],
  ["before a session that began this moment", NOW, 99_999, "put back"],
];

for (const [when, since, at, fate] of DELETIONS) {
  Deno.test(`what is deleted ${when} is ${fate}`, () => {
    const { putBack, withdrawn } = decideFates(deletedAt(at), { at: NOW, since });
    assert.deepEqual([...putBack.keys()], fate === "put back" ? [`${at}`] : []);
    assert.deepEqual([...withdrawn.keys()], fate === "withdrawn" ? [`${at}`] : []);
  });
}

const SWEEPS: readonly [string, Partial<Swept>, number | undefined, boolean][] = [
  ["nothing has changed", {}, 1_000, false],
  ["an entry has changed", { hasChanged: true }, 1_000, true],
  ["an entry has changed, soon after a sweep", { hasChanged: true, sweptAt: 90_001 }, 1_000, false],
  [
    "an entry has changed, long enough after it",
    { hasChanged: true, sweptAt: 90_000 },
    1_000,
    true,
  ],
  [
    "entries are suspected, soon after a sweep",
    { hasSuspects: true, sweptAt: 99_999 },
    1_000,
    true,
  ],
  [
    "an entry has changed, and the last sweep took seconds",
    { hasChanged: true, sweptAt: 90_000, sweepMs: 1_000 },
    1_000,
    false,
  ],
  ["nothing was ever swept", { sweptAt: -Infinity }, 1_000, true],
  ["a session is newer than the last sweep", {}, 50_001, true],
  ["a session is as old as the last sweep", {}, 50_000, false],
  ["a session has not spoken yet", { hasChanged: true, hasSuspects: true }, 90_001, false],
  ["a session has just spoken", { hasChanged: true }, 90_000, true],
  ["there is no session", { hasChanged: true, hasSuspects: true }, undefined, false],
  ["there is no session, nothing was swept", { sweptAt: -Infinity }, undefined, false],
];

for (const [when, known, since, isToSweep] of SWEEPS) {
  Deno.test(`${when}: ${isToSweep ? "a sweep" : "no sweep"}`, () => {
    using _usual = scaleTime(1);
    const decision = decideSweep({ ...IDLE, ...known }, { at: NOW, since });
    assert.equal(decision.isToSweep, isToSweep);
    assert.equal(decision.isToForgetSuspects, since === undefined);
  });
}

Deno.test("on a slow machine EVPN has spoken later", () => {
  using _slow = scaleTime(3);
  assert.ok(!hasSpoken({ at: NOW, since: NOW - 29_999 }));
  assert.ok(hasSpoken({ at: NOW, since: NOW - 30_000 }));
});
