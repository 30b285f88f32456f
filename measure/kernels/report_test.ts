// The summary says what held and what did not, on which kernel, and what was not run.
import assert from "node:assert/strict";
import { pickCases } from "./cases.ts";
import { renderTable, renderVerdict } from "./report.ts";

Deno.test("a column a kernel, a line a case, then what failed", () => {
  const cases = ["wire", "worker"].map((name) => ({
    name,
    what: "",
    run: { lab: name, nodes: 1 },
  }));
  const reports = [
    {
      kernel: "5.10.262-1",
      bootSeconds: 9,
      timeScale: 12,
      verdicts: [
        { name: "wire", seconds: 60, passed: 1, skipped: 0, failures: [] },
        {
          name: "worker",
          seconds: 7,
          passed: 2,
          skipped: 1,
          failures: [{ name: "speaks", why: "not\nready" }],
        },
      ],
    },
    { kernel: "7.3.4-1", verdicts: [], ended: "Cannot go on: the kernel has ended" },
  ];
  const table = `        5.10.262-1                    7.3.4-1
boot    9 s                           FAILED
wire    ok 1/1 (60 s)                 not run
worker  FAILED 2/3, 1 skipped (7 s)   not run

5.10.262-1, worker: speaks
    not
    ready

7.3.4-1:     Cannot go on: the kernel has ended`;
  assert.equal(
    renderTable(reports, cases).replaceAll(/ +/g, " "),
    table.replaceAll(/ +/g, " "),
  );
});

Deno.test("a case that was interrupted tells how many of its tests had ended", () => {
  const verdict = { name: "plugin", seconds: 60, passed: 2, skipped: 0, failures: [] };
  assert.equal(renderVerdict({ ...verdict, stopped: "Ctrl-C" }), "stopped after 2/2 (60 s)");
  const failures = [{ name: "ADD", why: "" }];
  assert.equal(renderVerdict({ ...verdict, failures, stopped: "Ctrl-C" }), "FAILED 2/3 (60 s)");
});

Deno.test("a case whose tests were all left out is not called ok", () => {
  const verdict = { name: "walls", seconds: 9, passed: 0, skipped: 2, failures: [] };
  assert.equal(renderVerdict(verdict), "left out 0/0, 2 skipped (9 s)");
  assert.equal(renderVerdict({ ...verdict, passed: 1 }), "ok 1/1, 2 skipped (9 s)");
});

Deno.test("a case is picked by its name, or by the beginning of its tests' paths", () => {
  const [wire, add] = pickCases(["wire", "plugin/add_"]);
  assert.match(wire?.what ?? "", /frames of all kinds/);
  assert.deepEqual(add?.run, { tests: ["plugin/add_"] });
  for (const word of ["wires", "plugins/", "plugin/no_"]) {
    assert.throws(() => pickCases([word]), { message: new RegExp(`^Cannot run ${word}: `) });
  }
});
