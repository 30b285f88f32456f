// The pool keeps order and limit, and begins nothing more after an error.
import assert from "node:assert/strict";
import { mapAtMost } from "./pool.ts";

Deno.test("results are in order and never more than the limit are under way", async () => {
  let now = 0;
  let most = 0;
  const results = await mapAtMost(3, [5, 1, 4, 1, 3, 2], async (turns) => {
    most = Math.max(most, ++now);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    now--;
    return turns * 10;
  });
  assert.deepEqual(results, [50, 10, 40, 10, 30, 20]);
  assert.equal(most, 3);
});

Deno.test("after an error no more are begun", async () => {
  const begun: number[] = [];
  await assert.rejects(mapAtMost(2, [0, 1, 2, 3, 4], async (item) => {
    begun.push(item);
    await Promise.resolve();
    if (item === 1) throw new Error("stop");
  }));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.ok(begun.length < 5, `${begun}`);
});
