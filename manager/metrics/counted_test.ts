// What is counted as it happens, and that the number of series stays bounded.
import assert from "node:assert/strict";
import { HANDED_VERBS } from "../calls/protocol.ts";
import type { NodeEvent } from "../events/event.ts";
import { FATES } from "../moves/fates.ts";
import { Counted } from "./counted.ts";
import { CALL_ROWS, EVENT_ROWS } from "./counted_rows.ts";
import { MOST } from "./row.ts";

const event = (happening: object) => ({ ...happening, number: 1, time: "" }) as NodeEvent;

Deno.test("calls are counted by verb, way and result, with their durations", async () => {
  const counted = new Counted(CALL_ROWS);
  const add = { verb: "ADD", attachment: {} };
  counted.hear(event({ kind: "call-answered", ...add, ms: 15 }));
  counted.hear(event({ kind: "call-failed", ...add, ms: 2_000, error: { code: 7, msg: "" } }));
  counted.hear(event({ kind: "call-undelivered", ...add, why: "not-taken" }));
  counted.hear(event({ kind: "call-declined", verb: "DEL" }));
  counted.hear(event({ kind: "call-fallen-back", verb: "DEL" }));
  const lines = (await counted.render()).split("\n");
  for (
    const line of [
      'megalos_calls_total{verb="ADD",way="resident",result="ok"} 1',
      'megalos_calls_total{verb="ADD",way="resident",result="error"} 1',
      'megalos_calls_total{verb="ADD",way="resident",result="undelivered"} 1',
      'megalos_calls_total{verb="DEL",way="binary",result="unknown"} 2',
      'megalos_calls_total{verb="GC",way="resident",result="ok"} 0',
      'megalos_call_duration_seconds_bucket{le="0.01",verb="ADD",result="ok"} 0',
      'megalos_call_duration_seconds_bucket{le="0.02",verb="ADD",result="ok"} 1',
      'megalos_call_duration_seconds_sum{verb="ADD",result="error"} 2',
    ]
  ) assert.ok(lines.includes(line), `${line} is not in\n${lines.join("\n")}`);
});

Deno.test("all series that are there from the start have the names that are declared", async () => {
  for (const row of [...CALL_ROWS, ...EVENT_ROWS]) {
    if (row.type !== "counter") continue;
    const lines = (await new Counted([row]).render()).split("\n")
      .filter((line) => line.startsWith(`${row.name}{`));
    const declared = row.first.map((labels) => {
      const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      return `${row.name}{${pairs.join(",")}} 0`;
    });
    assert.deepEqual(lines, declared);
    assert.ok(declared.length < row.most, `${row.name} has no room for any further kind`);
  }
});

Deno.test("each fate of a hint is counted by its name", async () => {
  const counted = new Counted(EVENT_ROWS);
  FATES.forEach((fate, at) => counted.hear(event({ kind: "move-hints", fate, count: at + 1 })));
  const hints = (await counted.render()).split("\n")
    .filter((line) => line.startsWith("megalos_move_hints_total{"));
  const named = FATES.map((fate, at) => `megalos_move_hints_total{fate="${fate}"} ${at + 1}`);
  assert.deepEqual(hints, named);
});

Deno.test("each verb and result has its own durations", async () => {
  const counted = new Counted(CALL_ROWS);
  const pairs: string[] = [];
  for (const verb of [...HANDED_VERBS, "other"]) {
    const call = { verb, attachment: {}, ms: 1_000 };
    counted.hear(event({ kind: "call-answered", ...call }));
    counted.hear(event({ kind: "call-failed", ...call, error: { code: 7, msg: "" } }));
    pairs.push(`verb="${verb}",result="ok"`, `verb="${verb}",result="error"`);
  }
  const sums = (await counted.render()).split("\n")
    .filter((line) => line.startsWith("megalos_call_duration_seconds_sum{"));
  assert.deepEqual(sums, pairs.map((pair) => `megalos_call_duration_seconds_sum{${pair}} 1`));
});

Deno.test("more peers than are told apart are counted together", async () => {
  const counted = new Counted(EVENT_ROWS);
  for (let at = 0; at < MOST.peers + 500; at++) {
    counted.hear(event({ kind: "session-down", peer: `10.0.${at >> 8}.${at & 255}`, state: "" }));
  }
  const flaps = (await counted.render()).split("\n")
    .filter((line) => line.startsWith("megalos_bgp_session_flaps_total{"));
  assert.equal(flaps.length, MOST.peers);
  assert.equal(flaps.at(-1), 'megalos_bgp_session_flaps_total{peer="other"} 501');
});
