// What came of a case: all tests that had ended, also where the machine ended before the case.
import assert from "node:assert/strict";
import { Progress } from "../progress.ts";
import { CASES } from "./cases.ts";
import { runCase } from "./run_cases.ts";

const plugin = CASES.find(({ name }) => name === "plugin");

/** Runs the case in a machine that prints these lines, and then ends a program or itself. */
async function runOn(lines: readonly string[], end: () => number) {
  const machine = {
    run(_argv: readonly string[], onLine: (line: string) => void): Promise<number> {
      lines.forEach(onLine);
      return Promise.resolve().then(end);
    },
  };
  const log = await Deno.makeTempFile();
  const verdict = await runCase(machine, plugin!, 1, log, new Progress(() => {}));
  assert.equal(await Deno.readTextFile(log), lines.map((line) => `${line}\n`).join(""));
  await Deno.remove(log);
  return verdict;
}

Deno.test("a case whose machine has ended tells which of its tests had", async () => {
  const verdict = await runOn(["ok 1 - one", "ok 2 - two (cannot run: x) # SKIP"], () => {
    throw new Error("Cannot go on: the kernel has ended");
  });
  const counts = { passed: 1, skipped: ["two (cannot run: x)"], failures: [] };
  assert.deepEqual(verdict, {
    ...{ name: "plugin", seconds: 0, stopped: "Cannot go on: the kernel has ended" },
    ...counts,
  });
});

Deno.test("a case that fails without a failed test tells what was printed last", async () => {
  const { failures, stopped } = await runOn(["error: no such file"], () => 1);
  assert.deepEqual(failures, [{ name: "ended with 1", why: "error: no such file" }]);
  assert.equal(stopped, undefined);
});
