// What starts a machine leaves nothing when whoever started it is gone.
import assert from "node:assert/strict";
import { run } from "../../shared/process/exec.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import { machineCommand } from "./machine.ts";

/** The processes that were started with this variable in their environment. */
async function listMarked(mark: string): Promise<string[]> {
  const { stdout } = await run({
    argv: ["sh", "-c", 'grep -l -s -a -e "$1" /proc/[0-9]*/environ || :', "sh", `MARK=${mark}`],
  });
  return stdout.split("\n").filter((path) => path !== "");
}

/** Where its stdout goes: what cannot be written, or is not read. Nobody answers. */
const DEAD_STARTERS = [">/dev/full", "| :", ">/dev/null"];

testAsRoot("a machine ends when nobody is there to be told of it", async () => {
  for (const streams of DEAD_STARTERS) {
    const mark = crypto.randomUUID();
    const argv = ["sh", "-c", `"$@" ${streams}; :`, "sh", ...machineCommand(":", [])] as const;
    const done = await run({ argv, env: { MARK: mark } });
    assert.equal(done.reason, "success", streams);
    await eventually(async () => (await listMarked(mark)).length === 0, 10, streams);
  }
});
