// What is remembered, for how long, and how much.
import assert from "node:assert/strict";
import { Lately } from "./lately.ts";

Deno.test("what was set lately is known, what was set long before is not", () => {
  const lately = new Lately<number>(1_000);
  lately.set("a", 1, 0);
  assert.equal(lately.get("a", 999), 1);
  assert.equal(lately.get("b", 999), undefined);
  lately.set("b", 2, 1_500);
  assert.equal(lately.get("b", 2_499), 2);
  assert.equal(lately.get("a", 2_500), undefined);
  assert.equal(lately.get("b", 9_000), undefined);
});

Deno.test("more than four thousand are not remembered at a time, and those that are can change", () => {
  const lately = new Lately<number>(1_000);
  const kept = Array.from({ length: 5_000 }, (_, at) => lately.set(`${at}`, at, 0));
  assert.equal(kept.filter(Boolean).length, 4_000);
  assert.equal(lately.get("4999", 500), undefined);
  assert.deepEqual([500, 1_500, 2_500].map((at) => lately.isFull(at)), [true, true, false]);
  assert.equal(lately.set("4999", 1, 2_500), true);
  assert.equal(lately.set("4999", 2, 2_600), true);
  assert.equal(lately.get("4999", 3_500), 2);
});
