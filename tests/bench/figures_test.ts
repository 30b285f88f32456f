// Medians and the table of a benchmark.
import assert from "node:assert/strict";
import { median, renderSamples, type Samples, take } from "./figures.ts";

Deno.test("a median is the middle, or between the two middle ones", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("the table has medians and ratios", () => {
  const samples: Samples = new Map();
  for (const ms of [5, 7, 6]) take(samples, "ADD", "a", ms);
  take(samples, "ADD", "b", 12);
  assert.equal(
    renderSamples(samples, ["a", "b"], "b"),
    "ms (x b)  a           b\nADD       6.0 (0.50)  12.0 (1.00)",
  );
});
