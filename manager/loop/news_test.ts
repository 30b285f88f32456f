// What is told of two looks, as a table.
import assert from "node:assert/strict";
import type { Session } from "../frr/query.ts";
import { findNews } from "./news.ts";
import type { Observation } from "./observation.ts";

const session = (peer: string, state: string, uptimeMs = 0): Session => ({
  ...{ peer, state, uptimeMs, prefixesReceived: 0, prefixesSent: 0 },
});
const UP = session("10.0.0.1", "Established", 60_000);
const OTHER: Session = { ...session("10.0.0.2", "Established", 60_000), hostname: "w2" };

/** Looks are five seconds apart. */
const look = (at: number, sessions: readonly Session[], daemons = ["zebra", "bgpd"]) => ({
  ...{ at, daemons, sessions },
});
const first = (...sessions: Session[]) => look(1_000, sessions);
const then = (...sessions: Session[]) => look(6_000, sessions);

const started = (at: number, bgpd: number): Observation => ({
  ...look(at, []),
  started: new Map([["bgpd", bgpd]]),
});

const CASES: readonly [string, Observation | undefined, Observation, unknown[]][] = [
  ["nothing at all", first(), then(), []],
  ["a session that stays", first(UP), then(UP), []],
  ["the first look: sessions, no daemons", undefined, first(UP, session("10.0.0.2", "Active")), [
    { kind: "session-up", peer: "10.0.0.1" },
  ]],
  ["a session that comes up", first(session("10.0.0.1", "Active")), then(UP), [
    { kind: "session-up", peer: "10.0.0.1" },
  ]],
  ["a session that goes down", first(UP), then(session("10.0.0.1", "Idle")), [
    { kind: "session-down", peer: "10.0.0.1", state: "Idle" },
  ]],
  ["a worker that is lost", first(UP, OTHER), then(UP), [
    { kind: "session-down", peer: "10.0.0.2", hostname: "w2", state: "gone" },
  ]],
  ["a worker that comes back", first(UP), then(UP, OTHER), [
    { kind: "session-up", peer: "10.0.0.2", hostname: "w2" },
  ]],
  [
    "a session that fell and came back",
    first(UP),
    then(session("10.0.0.1", "Established", 2_000)),
    [
      { kind: "session-down", peer: "10.0.0.1", state: "it is back already" },
      { kind: "session-up", peer: "10.0.0.1" },
    ],
  ],
  [
    "a session that may have begun just before the last look",
    first(UP),
    then(session("10.0.0.1", "Established", 4_000)),
    [],
  ],
  ["daemons that come and go", first(), look(6_000, [], ["zebra", "staticd"]), [
    { kind: "daemon-down", daemon: "bgpd" },
    { kind: "daemon-up", daemon: "staticd" },
  ]],
  ["a daemon that was down between two looks", started(1_000, 7), started(6_000, 8), [
    { kind: "daemon-down", daemon: "bgpd" },
    { kind: "daemon-up", daemon: "bgpd" },
  ]],
  [
    "a daemon that stays, and one whose start is not known",
    started(1_000, 7),
    started(6_000, 7),
    [],
  ],
];

for (const [what, before, now, told] of CASES) {
  Deno.test(`${what}: ${told.length} told`, () => {
    assert.deepEqual(findNews(before, now), told);
  });
}
