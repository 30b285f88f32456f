// What ended, how, and why is read out of Deno's TAP.
import assert from "node:assert/strict";
import { tapReader } from "./tap.ts";

const PRINTED = `TAP version 14
# ./tests/a_test.ts
ok 1 - good
said by a program
not ok 2 - bad
  ---
  {"message":"\\u001b[31mCannot x: y\\u001b[0m is z","severity":"fail"}
  ...
ok 3 - left out # SKIP
# Subtest: steps
    ok 1 - inner
    not ok 2 - inner bad
      ---
      {"message":"q","severity":"fail"}
      ...
    1..2
not ok 4 - steps
  ---
  {"message":"1 test step failed.","severity":"fail"}
  ...
ok 5 - good again
1..5`;

Deno.test("ends of tests are read with what their failures say, those of their steps too", () => {
  const ended = PRINTED.split("\n").map(tapReader()).filter((end) => end !== undefined);
  assert.deepEqual(ended, [
    { name: "good", outcome: "passed", messages: [] },
    { name: "bad", outcome: "failed", messages: ["Cannot x: y is z"] },
    { name: "left out", outcome: "skipped", messages: [] },
    { name: "steps", outcome: "failed", messages: ["q", "1 test step failed."] },
    { name: "good again", outcome: "passed", messages: [] },
  ]);
});
