// What a machine without a network is to run has been downloaded and translated before.
import assert from "node:assert/strict";
import { listTests } from "../../tools/list_tests.ts";
import { CASES } from "./cases.ts";
import { listEntryPoints } from "./checkout_drive.ts";

Deno.test("the tests of all cases, and others that can be picked, are made ready", () => {
  const ready = listEntryPoints();
  const wanted = CASES.flatMap(({ run }) => "tests" in run ? listTests(run.tests) : []);
  for (const file of [...wanted, ...listTests(["manager/map_"])]) {
    assert.ok(ready.includes(file), file);
  }
});
