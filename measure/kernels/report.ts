// The summary: a line for each case, a column for each kernel, then what was left out or failed.
import type { Case } from "./cases.ts";
import type { Verdict } from "./run_cases.ts";
import type { KernelReport } from "./test_kernels.ts";

/** How many tests that were left out the summary names; the JSON has all. */
const MOST_LEFT_OUT = 40;

/** What a run prints at its end. Where JSON is asked for, it is JSON, also when nothing was run. */
export function renderResults(
  reports: readonly KernelReport[],
  cases: readonly Case[],
  form: "table" | "json",
): string | undefined {
  if (form === "json") return JSON.stringify(reports, null, 2);
  return reports.length > 0 ? renderTable(reports, cases) : undefined;
}

export function renderTable(reports: readonly KernelReport[], cases: readonly Case[]): string {
  const rows = [
    ["", ...reports.map(({ kernel }) => kernel)],
    ["root", ...reports.map(({ root }) => root)],
    ["boot", ...reports.map(({ bootSeconds: s }) => s === undefined ? "FAILED" : `${s} s`)],
    ...cases.map(({ name }) => [name, ...reports.map((report) => renderCell(report, name))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  );
  return [...table, ...renderLeftOut(reports), ...reports.flatMap(renderFailures)].join("\n");
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
  return `${outcome} ${counts}${
    skipped.length > 0 ? `, ${skipped.length} skipped` : ""
  } (${seconds} s)`;
}

/** Each test once, with the kernels on which it was left out: its name tells why. */
function renderLeftOut(reports: readonly KernelReport[]): string[] {
  const kernels = new Map<string, Set<string>>();
  for (const { kernel, verdicts } of reports) {
    for (const { name, skipped } of verdicts) {
      for (const test of skipped) {
        const line = `${name}: ${test}`;
        kernels.set(line, (kernels.get(line) ?? new Set()).add(kernel));
      }
    }
  }
  if (kernels.size === 0) return [];
  const lines = Array.from(kernels, ([line, on]) => `    ${[...on].join(", ")}, ${line}`);
  const more = lines.length - MOST_LEFT_OUT;
  return [
    "\nleft out:",
    ...lines.slice(0, MOST_LEFT_OUT),
    ...more > 0 ? [`    and ${more} more, which the JSON names`] : [],
  ];
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
