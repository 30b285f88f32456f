// Number and start time tell processes apart, and /proc lines are read whatever names they hold.
import assert from "node:assert/strict";
import { type Run, run } from "../../shared/process/exec.ts";
import { parseStat, readProcess, selectLiving } from "./processes.ts";

const FIELDS = "1 42 42 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 117497 2654208 67";

Deno.test("a stat line gives number and start time, whatever the process is called", () => {
  for (const name of ["tini", "a b", ") S 1 (", "((", "1 (x) R 2"]) {
    assert.deepEqual(parseStat(`42 (${name}) S ${FIELDS}`), { pid: 42, startTime: "117497" });
  }
});

Deno.test("a process that has ended is none, and so is a line that is none", () => {
  for (const line of [`42 (tini) Z ${FIELDS}`, `42 (tini) X ${FIELDS}`, "", "42 (tini) S 1"]) {
    assert.equal(parseStat(line), undefined, line);
  }
});

Deno.test("a process lives only under its own start time", async () => {
  const self = await readProcess(Deno.pid);
  const impostor = { pid: Deno.pid, startTime: "1" };
  const gone = { pid: 2 ** 22 + 1, startTime: self.startTime };
  assert.deepEqual(await selectLiving([gone, self, impostor]), [self]);
  await assert.rejects(readProcess(gone.pid), /Cannot find process/);
});

Deno.test("a cat that was killed has told of no process that it has ended", async () => {
  const self = await readProcess(Deno.pid);
  const killed: Run = (command) => run({ ...command, argv: ["sh", "-c", "kill -KILL $$"] });
  await assert.rejects(
    selectLiving([self], killed),
    /^FaultError: Cannot tell which processes live: .* was ended by SIGKILL$/,
  );
});
