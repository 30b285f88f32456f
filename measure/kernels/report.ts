// The summary: a line for each case, a column for each kernel, and what failed below.
import type { Case } from "./cases.ts";
import type { Verdict } from "./run_cases.ts";
import type { KernelReport } from "./test_kernels.ts";

export function renderTable(reports: readonly KernelReport[], cases: readonly Case[]): string {
  const rows = [
    ["", ...reports.map(({ kernel }) => kernel)],
    ["boot", ...reports.map(({ bootSeconds: s }) => s === undefined ? "FAILED" : `${s} s`)],
    ...cases.map(({ name }) => [name, ...reports.map((report) => renderCell(report, name))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  );
  return [...table, ...reports.flatMap(renderFailures)].join("\n");
}

function renderCell({ verdicts }: KernelReport, name: string): string {
  const verdict = verdicts.find((one) => one.name === name);
  return verdict === undefined ? "not run" : renderVerdict(verdict);
}

/** Such as "ok 2/2 (60 s)". Where all tests were left out, nothing is ok. */
export function renderVerdict({ passed, skipped, failures, seconds, stopped }: Verdict): string {
  const held = passed === 0 ? "left out" : "ok";
  const outcome = failures.length > 0 ? "FAILED" : stopped === undefined ? held : "stopped after";
  const counts = `${passed}/${passed + failures.length}`;
  return `${outcome} ${counts}${skipped > 0 ? `, ${skipped} skipped` : ""} (${seconds} s)`;
}

function renderFailures({ kernel, verdicts, ended, interrupted }: KernelReport): string[] {
  const failed = verdicts.flatMap(({ name, failures }) =>
    failures.map((failure) => `\n${kernel}, ${name}: ${failure.name}\n${indent(failure.why)}`)
  );
  const why = ended ?? interrupted;
  return why === undefined ? failed : [...failed, `\n${kernel}: ${indent(why)}`];
}

function indent(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
