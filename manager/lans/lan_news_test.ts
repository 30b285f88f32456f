// LANs that come and go, as a table.
import assert from "node:assert/strict";
import type { Lan } from "../../shared/lan/lan.ts";
import { findLanNews } from "./lan_news.ts";

const [A, B, OTHER_B]: [Lan, Lan, Lan] = [
  { name: "a", suffix: "s", vni: 1 },
  { name: "b", suffix: "s", vni: 2 },
  { name: "b", suffix: "s", vni: 3 },
];

const CASES: readonly [string, Lan[] | undefined, Lan[], string[]][] = [
  ["the first look", undefined, [A, B], []],
  ["nothing", [A], [A], []],
  ["a LAN that is listed twice", [], [A, A], ["lan-made 1"]],
  ["one comes", [A], [A, B], ["lan-made 2"]],
  ["one goes", [A, B], [B], ["lan-gone 1"]],
  ["one is made with another VNI", [B], [OTHER_B], ["lan-gone 2", "lan-made 3"]],
];

for (const [what, before, now, told] of CASES) {
  Deno.test(`${what}: ${told.join(", ") || "nothing"} told`, () => {
    const [known] = findLanNews(undefined, before ?? []);
    const [, news] = findLanNews(before === undefined ? undefined : known, now);
    assert.deepEqual(
      news.map((one) => `${one.kind} ${"lan" in one ? one.lan.vni : ""}`),
      told,
    );
  });
}
