// Addresses that come again and again, as those of a loop do.
import assert from "node:assert/strict";
import { OftenComing } from "./often_coming.ts";

Deno.test("what comes too often is told as often as it may come", () => {
  const often = new OftenComing(500, 8);
  /** How many of so many arrivals are not too many. */
  const come = (count: number, from: number, each: number) =>
    Array.from({ length: count }, (_, at) => often.isTooOften("a", from + at * each))
      .filter((isTooOften) => !isTooOften).length;
  // To and fro between two nodes each 0.3 s.
  assert.equal(come(100, 0, 600), 100);
  // A loop.
  assert.equal(come(10_000, 70_000, 1), 8 + 19);
  assert.equal(come(3, 80_300, 1), 1);
  assert.equal(often.isTooOften("b", 80_310), false);
  assert.equal(come(100, 90_000, 600), 100);
});

Deno.test("more addresses than are told apart come too often", () => {
  const often = new OftenComing(500, 8);
  const passed = Array.from({ length: 5_000 }, (_, at) => often.isTooOften(`${at}`, 0))
    .filter((isTooOften) => !isTooOften).length;
  assert.equal(passed, 4_000);
});
