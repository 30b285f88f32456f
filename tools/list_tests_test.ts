// Beginnings of paths find the test files of a folder, and those of a folder whose names begin so.
import assert from "node:assert/strict";
import { listTests } from "./list_tests.ts";

Deno.test("a folder's tests, those that begin so, and none are told apart", () => {
  const plugin = listTests(["plugin/"]);
  assert.ok(plugin.includes("tests/plugin/add_test.ts"), `${plugin}`);
  assert.ok(plugin.every((file) => /^tests\/plugin\/\w+_test\.ts$/.test(file)), `${plugin}`);
  assert.deepEqual(listTests(["manager/worker_", "wire_"]), [
    "tests/manager/worker_test.ts",
    "tests/wire_test.ts",
  ]);
  assert.throws(
    () => listTests(["plugin/none_"]),
    /Cannot run tests\/plugin\/none_\*: there is none/,
  );
});
