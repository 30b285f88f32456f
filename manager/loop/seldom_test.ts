// When a work is due again.
import assert from "node:assert/strict";
import { Seldom } from "./seldom.ts";

Deno.test("a work is due at once, and again when its time has passed since it was due", () => {
  const seldom = new Seldom(5_000);
  const due = [0, 4_999, 5_000, 9_999, 10_001].filter((now) => seldom.isDue(now));
  assert.deepEqual(due, [0, 5_000, 10_001]);
});
