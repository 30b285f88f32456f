// When a LAN is full, which port stops to learn, and when it learns again.
import assert from "node:assert/strict";
import { type CountedLan, decideMacs, type MacDecision } from "./decide_macs.ts";

const LAN: CountedLan = {
  limit: 100,
  isByKernel: true,
  counts: new Map(),
  silenced: new Set(),
  wasFull: false,
};
const counts = (a: number, b: number) => new Map([["a", a], ["b", b]]);
const byPort = { isByKernel: false };
const silenced = new Set(["a"]);

const CASES: readonly [string, Partial<CountedLan>, MacDecision][] = [
  ["nothing is learnt", {}, { isFull: false, restore: [] }],
  ["one below the limit", { counts: counts(50, 49) }, { isFull: false, restore: [] }],
  ["the limit is met", { counts: counts(50, 50) }, { isFull: true, restore: [] }],
  ["it has begun to age", { counts: counts(50, 1), wasFull: true }, { isFull: true, restore: [] }],
  ["it has aged", { counts: counts(49, 1), wasFull: true }, { isFull: false, restore: [] }],
  [
    "a port stops to learn: the one that has most",
    { ...byPort, counts: counts(60, 40) },
    { isFull: true, silence: "a", restore: [] },
  ],
  [
    "what a silent port has learnt silences no other",
    { ...byPort, silenced, counts: counts(100, 50), wasFull: true },
    { isFull: true, restore: [] },
  ],
  [
    "a second port stops when it is too many by itself",
    { ...byPort, silenced, counts: counts(100, 100), wasFull: true },
    { isFull: true, silence: "b", restore: [] },
  ],
  [
    "a silent port learns again when it has aged",
    { ...byPort, silenced, counts: counts(50, 0), wasFull: true },
    { isFull: false, restore: ["a"] },
  ],
  [
    "a silent port without any MAC address learns again",
    { ...byPort, silenced, counts: new Map(), wasFull: true },
    { isFull: false, restore: ["a"] },
  ],
  [
    "no port stays silent where the kernel keeps the limit",
    { silenced, counts: counts(100, 0) },
    { isFull: true, restore: ["a"] },
  ],
];

for (const [what, lan, decision] of CASES) {
  Deno.test(what, () => assert.deepEqual(decideMacs({ ...LAN, ...lan }), decision));
}
