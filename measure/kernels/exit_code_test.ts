// A run that saw something fail ends with 1, and one that saw nothing does not end with 0.
import assert from "node:assert/strict";
import { exitCode } from "./exit_code.ts";
import { type KernelReport, NoKernels } from "./test_kernels.ts";

const HELD = { name: "wire", seconds: 60, passed: 1, skipped: [], failures: [] };
const CUT = { ...HELD, name: "plugin", passed: 0, stopped: "Stopped after 10 minutes" };
const FAILED = { ...HELD, passed: 0, failures: [{ name: "x", why: "y" }] };

const report = (...verdicts: KernelReport["verdicts"]): KernelReport => ({
  kernel: "k",
  root: "r",
  verdicts,
});

Deno.test("the exit code says whether all that was run held", () => {
  const rows = [
    [[report(HELD)], undefined, false, 0],
    [[report(HELD), report(HELD, FAILED)], undefined, false, 1],
    [[{ ...report(HELD), ended: "Cannot boot" }], undefined, false, 1],
    [[], new NoKernels("no network"), false, 3],
    [[], new Error("Cannot use 4.19"), false, 1],
    [[report(HELD, CUT)], undefined, true, 0],
    [[report(FAILED, CUT)], undefined, true, 1],
    [[report(CUT)], undefined, true, 3],
    [[], new Error("Stopped after 10 minutes"), true, 3],
  ] as const;
  for (const [reports, error, interrupted, code] of rows) {
    assert.equal(exitCode({ reports, error, interrupted }), code, JSON.stringify(reports));
  }
});
