// Verdicts on figures, and their table.
import assert from "node:assert/strict";
import type { Figures } from "./measure.ts";
import { judge, renderReport } from "./report.ts";

const FIGURES: Figures = {
  name: "bgpd",
  title: "bgpd killed",
  downMs: 1234.5,
  limits: { towards: 1534.5, from: 0 },
  towards: { sent: 1000, lost: 153, ms: 1530 },
  from: { sent: 1000, lost: 0, ms: 0 },
  differences: [],
};

Deno.test("within its limits, and with all entries as before, a fault is ok", () => {
  assert.deepEqual(judge(FIGURES), { ok: true, reasons: [] });
});

Deno.test("each direction and the entries are judged", () => {
  const one = { sent: 1000, lost: 1, ms: 10 };
  const many = { sent: 1000, lost: 154, ms: 1540 };
  assert.deepEqual(judge({ ...FIGURES, from: one }).reasons, ["B"]);
  assert.deepEqual(judge({ ...FIGURES, towards: many }).reasons, ["A"]);
  assert.deepEqual(judge({ ...FIGURES, differences: ["- w1: x"] }).reasons, ["entries differ"]);
});

Deno.test("the table has a line for each fault, and what differs below", () => {
  const missed = { ...FIGURES, from: FIGURES.towards, differences: ["- w1: an entry"] };
  assert.equal(
    renderReport([FIGURES, missed]),
    `\
fault        down for  A              B              goal A      goal B   verdict
bgpd killed  1.2 s     153 (1530 ms)  0              <= 1535 ms  <= 0 ms  ok
bgpd killed  1.2 s     153 (1530 ms)  153 (1530 ms)  <= 1535 ms  <= 0 ms  missed: B, entries differ
bgpd: - w1: an entry`,
  );
});
