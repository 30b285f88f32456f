// When bgpd is given its configuration again: by what was seen, and when.
import assert from "node:assert/strict";
import { tellOf } from "../events/render.ts";
import { IdleSessions } from "./idle_sessions.ts";

type Look = [seconds: number, states: readonly string[], daemons?: readonly string[]];

const CASES: readonly [what: string, looks: readonly Look[], times: number][] = [
  ["for 15 s no session is tried", [[0, ["Idle"]], [14, ["Idle"]], [15, ["Idle"]]], 1],
  [
    "for less",
    [[0, ["Idle"]], [14, ["Idle"]], [15, ["Active"]], [16, ["Idle"]], [30, ["Idle"]]],
    0,
  ],
  ["one of two sessions is tried", [[0, ["Idle", "Connect"]], [20, ["Idle", "Connect"]]], 0],
  ["both are not", [[0, ["Idle", "Idle"]], [15, ["Idle", "Idle"]]], 1],
  ["there is no session", [[0, []], [20, []]], 0],
  ["bgpd was away", [[0, ["Idle"]], [10, ["Idle"], []], [20, ["Idle"]], [34, ["Idle"]]], 0],
  ["it lasts", [[0, ["Idle"]], [15, ["Idle"]], [29, ["Idle"]], [30, ["Idle"]]], 2],
];

for (const [what, looks, times] of CASES) {
  Deno.test(`bgpd is given its configuration again ${times} times: ${what}`, async () => {
    let count = 0;
    const told: string[] = [];
    const duty = new IdleSessions((event) => told.push(tellOf(event).text), () => {
      count++;
      return Promise.resolve();
    });
    for (const [seconds, states, daemons = ["bgpd"]] of looks) {
      const sessions = states.map((state) => ({
        ...{ peer: "", state, uptimeMs: 0, prefixesReceived: 0, prefixesSent: 0 },
      }));
      await duty.look({ at: seconds * 1000, daemons, sessions });
    }
    assert.equal(count, times);
    const words = "bgpd has tried no session for 15 s; it was given its configuration again";
    assert.deepEqual(told, Array(times).fill(words));
  });
}
