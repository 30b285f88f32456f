// Counts of calls.
import assert from "node:assert/strict";
import { type CallStatistics, count } from "./statistics.ts";

Deno.test("each outcome is counted for its verb, and answers are timed", () => {
  const outcomes = [
    ["ADD", { kind: "answered", ms: 10, failed: false }],
    ["ADD", { kind: "answered", ms: 30, failed: true }],
    ["ADD", { kind: "undelivered" }],
    ["DEL", { kind: "fallenBack" }],
    ["DEL", { kind: "declined" }],
  ] as const;
  const statistics = outcomes.reduce<CallStatistics>(
    (all, [verb, one]) => count(all, verb, one),
    {},
  );
  assert.deepEqual(statistics, {
    ADD: {
      ...{ answered: 2, failed: 1, fallenBack: 0, declined: 0, undelivered: 1 },
      ...{ totalMs: 40, maxMs: 30 },
    },
    DEL: {
      ...{ answered: 0, failed: 0, fallenBack: 1, declined: 1, undelivered: 0 },
      ...{ totalMs: 0, maxMs: 0 },
    },
  });
});
