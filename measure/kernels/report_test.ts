// The summary says what held and what did not, on which kernel, and what was not run.
import assert from "node:assert/strict";
import { pickCases, SHORT } from "./cases.ts";
import { renderResults, renderTable, renderVerdict } from "./report.ts";

Deno.test("a column a kernel, a line a case, then what failed", () => {
  const cases = ["wire", "worker"].map((name) => ({
    name,
    what: "",
    run: { lab: name, nodes: 1 },
  }));
  const reports = [
    {
      kernel: "5.10.262-1",
      root: "forky",
      bootSeconds: 9,
      timeScale: 12,
      verdicts: [
        { name: "wire", seconds: 60, passed: 1, skipped: [], failures: [] },
        {
          name: "worker",
          seconds: 7,
          passed: 2,
          skipped: ["has bonds (cannot run: the kernel has none)"],
          failures: [{ name: "speaks", why: "not\nready" }],
        },
      ],
    },
    { kernel: "7.3.4-1", root: "forky", verdicts: [], ended: "Cannot go on: the kernel has ended" },
  ];
  const table = `        5.10.262-1                    7.3.4-1
root    forky                         forky
boot    9 s                           FAILED
wire    ok 1/1 (60 s)                 not run
worker  FAILED 2/3, 1 skipped (7 s)   not run

left out:
    5.10.262-1, worker: has bonds (cannot run: the kernel has none)

5.10.262-1, worker: speaks
    not
    ready

7.3.4-1:     Cannot go on: the kernel has ended`;
  assert.equal(
    renderTable(reports, cases).replaceAll(/ +/g, " "),
    table.replaceAll(/ +/g, " "),
  );
});

Deno.test("a test that was left out on several kernels is named once, and not all of very many", () => {
  const verdict = { name: "walls", seconds: 9, passed: 1, failures: [] };
  const many = Array.from({ length: 42 }, (_, at) => `limit ${at} (cannot run: none)`);
  const on = (kernel: string, skipped: readonly string[]) => ({
    kernel,
    root: "bookworm",
    bootSeconds: 9,
    verdicts: [{ ...verdict, skipped }],
  });
  const lines = renderTable([on("5.10", many.slice(0, 1)), on("6.1", many)], []).split("\n");
  assert.deepEqual(lines.slice(3, 7), [
    "",
    "left out:",
    "    5.10, 6.1, walls: limit 0 (cannot run: none)",
    "    6.1, walls: limit 1 (cannot run: none)",
  ]);
  assert.equal(lines.length, 3 + 2 + 40 + 1);
  assert.equal(lines.at(-1), "    and 2 more, which the JSON names");
});

Deno.test("a run that was interrupted tells what had ended, and what had not", () => {
  const ended = { name: "wire", seconds: 60, passed: 1, skipped: [], failures: [] };
  const report = {
    kernel: "6.1",
    root: "bookworm",
    bootSeconds: 9,
    verdicts: [ended, { ...ended, name: "plugin", seconds: 7, passed: 3, stopped: "qemu ended" }],
    interrupted: "Stopped by SIGINT",
  };
  const cases = pickCases(["wire", "plugin", "calls"]);
  assert.deepEqual(renderTable([report], cases).split("\n").map((line) => line.trimEnd()), [
    "        6.1",
    "root    bookworm",
    "boot    9 s",
    "wire    ok 1/1 (60 s)",
    "plugin  stopped after 3/3 (7 s)",
    "calls   not run",
    "",
    "6.1:     Stopped by SIGINT",
  ]);
  assert.deepEqual(JSON.parse(renderResults([report], cases, "json") ?? ""), [report]);
});

Deno.test("a run that could boot nothing prints no table, and JSON without results", () => {
  assert.equal(renderResults([], pickCases(["wire"]), "table"), undefined);
  assert.equal(renderResults([], pickCases(["wire"]), "json"), "[]");
});

Deno.test("a case that was interrupted tells how many of its tests had ended", () => {
  const verdict = { name: "plugin", seconds: 60, passed: 2, skipped: [], failures: [] };
  assert.equal(renderVerdict({ ...verdict, stopped: "Ctrl-C" }), "stopped after 2/2 (60 s)");
  const failures = [{ name: "ADD", why: "" }];
  assert.equal(renderVerdict({ ...verdict, failures, stopped: "Ctrl-C" }), "FAILED 2/3 (60 s)");
});

Deno.test("a case whose tests were all left out is not called ok", () => {
  const verdict = { name: "walls", seconds: 9, passed: 0, skipped: ["a", "b"], failures: [] };
  assert.equal(renderVerdict(verdict), "left out 0/0, 2 skipped (9 s)");
  assert.equal(renderVerdict({ ...verdict, passed: 1 }), "ok 1/1, 2 skipped (9 s)");
});

Deno.test("a case is picked by its name, or by the beginning of its tests' paths", () => {
  const [wire, add] = pickCases(["wire", "plugin/add_"]);
  assert.match(wire?.what ?? "", /frames of all kinds/);
  assert.deepEqual(add?.run, { tests: ["plugin/add_"] });
  assert.deepEqual(pickCases(SHORT).map(({ name }) => name), [...SHORT]);
  for (const word of ["wires", "plugins/", "plugin/no_"]) {
    assert.throws(() => pickCases([word]), { message: new RegExp(`^Cannot run ${word}: `) });
  }
});
