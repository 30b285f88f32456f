// Addresses that come again and again, as those of a loop do.
import assert from "node:assert/strict";
import { OftenComing } from "./often_coming.ts";

Deno.test("what comes too often in a second is too much, and so is the second after it", () => {
  const often = new OftenComing(20);
  const come = (count: number, from: number, each: number) =>
    Array.from({ length: count }, (_, at) => often.isTooOften("a", from + at * each))
      .filter((isTooOften) => !isTooOften).length;
  // 1,000 moves a minute to and fro are 500 to a node.
  assert.equal(come(100, 0, 120), 100);
  // A loop, and what comes right after its end.
  assert.equal(come(5_000, 20_000, 1), 20);
  assert.equal(come(8, 25_000, 120), 0);
  assert.equal(come(8, 26_000, 120), 8);
  assert.equal(often.isTooOften("b", 26_000), false);
});

Deno.test("more addresses than are told apart come too often", () => {
  const often = new OftenComing(20);
  const passed = Array.from({ length: 5_000 }, (_, at) => often.isTooOften(`${at}`, 0))
    .filter((isTooOften) => !isTooOften).length;
  assert.equal(passed, 1_000);
});
