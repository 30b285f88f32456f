// The executor of plans: its order, what it takes back after a failure, and how both are told.
import assert from "node:assert/strict";
import type { Completed } from "./process/command.ts";
import { type Apply, execute, faultOf, type Step } from "./steps.ts";
import { isMissingDevice } from "./iproute2/messages.ts";
import { ip } from "./iproute2/words.ts";

const step = (name: string): Step => ({
  netns: `/run/netns/${name}`,
  change: ip`add ${name}`,
  undo: ip`del ${name}`,
  why: `add ${name}`,
});
const STEPS: Step[] = [step("a"), { ...step("b"), undo: undefined! }, step("c"), step("d")].map(
  ({ undo, ...rest }) => undo === undefined ? rest : { ...rest, undo },
);

function failure(reason: Completed["reason"], stderr: string): Completed {
  return {
    argv: ["ip"],
    reason,
    code: reason === "exit" ? 1 : null,
    signal: null,
    stdout: "",
    stderr,
    ms: 1,
  };
}

/** Applies everything but what fails, and writes all down. */
function recorder(failures: Readonly<Record<string, Completed>>): { apply: Apply; log: string[] } {
  const log: string[] = [];
  const apply: Apply = (netns, { words }) => {
    const line = words.join(" ");
    log.push(line);
    assert.equal(netns, `/run/netns/${words[1]}`);
    return Promise.resolve(failures[line]);
  };
  return { apply, log };
}

Deno.test("steps run in order; without a failure nothing is undone", async () => {
  const { apply, log } = recorder({});
  assert.equal(await execute(STEPS, apply), undefined);
  assert.deepEqual(log, ["add a", "add b", "add c", "add d"]);
});

Deno.test("a failure undoes what was done, last first, and not itself", async () => {
  const refused = failure("exit", "RTNETLINK answers: File exists");
  const { apply, log } = recorder({ "add d": refused });
  assert.deepEqual(await execute(STEPS, apply), {
    step: STEPS[3],
    failure: refused,
    undoFailures: [],
  });
  assert.deepEqual(log, ["add a", "add b", "add c", "add d", "del c", "del a"]);
});

Deno.test("a program that was killed may have done its work: that is undone as well", async () => {
  for (const reason of ["timeout", "signal"] as const) {
    const { apply, log } = recorder({ "add c": failure(reason, "") });
    await execute(STEPS, apply);
    assert.deepEqual(log.slice(3), ["del c", "del a"]);
  }
});

Deno.test("what cannot be undone is told, what is gone already is not", async () => {
  const { apply, log } = recorder({
    "add d": failure("exit", "RTNETLINK answers: File exists"),
    "del c": failure("exit", "RTNETLINK answers: Device or resource busy"),
    "del a": failure("exit", 'Cannot find device "a"'),
  });
  const failed = await execute(STEPS, apply);
  assert.deepEqual(log.slice(4), ["del c", "del a"]);
  assert.ok(failed);
  assert.deepEqual(faultOf(failed), {
    kind: "kernel",
    msg: "Cannot add d: RTNETLINK answers: File exists",
    details: "`ip` ended with 1: RTNETLINK answers: File exists" +
      "; and while undoing, `ip` ended with 1: RTNETLINK answers: Device or resource busy",
  });
});

Deno.test("what was killed is to be tried again later", () => {
  const [first] = STEPS;
  assert.ok(first);
  const fault = faultOf({ step: first, failure: failure("timeout", ""), undoFailures: [] });
  assert.deepEqual([fault.kind, fault.msg], [
    "try-later",
    "Cannot add a: `ip` was killed after 1 ms",
  ]);
});

Deno.test("a device that is not there is told from other failures", () => {
  const missing = ['Cannot find device "x"', 'Device "x" does not exist.'];
  for (const stderr of missing) assert.ok(isMissingDevice(failure("exit", stderr)), stderr);
  assert.ok(!isMissingDevice(failure("exit", "RTNETLINK answers: Operation not permitted")));
});
