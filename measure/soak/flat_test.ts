// What counts as growth, and what does not.
import assert from "node:assert/strict";
import type { Usage } from "../../tests/fixture/usage.ts";
import { findGrowth } from "./flat.ts";

const REST: Usage = { rssKb: 70_000, descriptors: 40, children: 5, links: 0, runFiles: 550 };
const series = (change: (at: number) => Partial<Usage>, length = 9) =>
  Array.from({ length }, (_, at) => ({ ...REST, ...change(at) }));

Deno.test("figures that stay, or go up and down, have not grown", () => {
  assert.deepEqual(findGrowth(series(() => ({}))), []);
  assert.deepEqual(findGrowth(series((at) => ({ rssKb: 70_000 + 9_000 * (at % 2) }))), []);
  assert.deepEqual(findGrowth(series((at) => ({ descriptors: at === 8 ? 50 : 40 }))), []);
});

Deno.test("what is counted grows by one, memory by more than a heap's breath", () => {
  for (const name of ["descriptors", "children", "links", "runFiles"] as const) {
    const [growth] = findGrowth(series((at) => ({ [name]: REST[name] + (at > 4 ? 1 : 0) })));
    assert.deepEqual(growth, { name, from: REST[name], to: REST[name] + 1 });
  }
  const [growth] = findGrowth(series((at) => ({ rssKb: 70_000 + 4_000 * at })));
  assert.equal(growth?.name, "rssKb");
});

Deno.test("fewer than three samples say nothing", () => {
  assert.deepEqual(findGrowth(series((at) => ({ links: at }), 2)), []);
});
