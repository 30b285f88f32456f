// Renders reports as text for a terminal.
import type { InterfaceRow, Report } from "./report.ts";

/** How words are set off; every function answers its text unchanged where there are no colours. */
export interface Palette {
  heading(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

export const PLAIN: Palette = { heading: same, good: same, bad: same };
export const COLOURS: Palette = {
  heading: (text) => `\x1b[1m${text}\x1b[0m`,
  good: (text) => `\x1b[32m${text}\x1b[0m`,
  bad: (text) => `\x1b[31m${text}\x1b[0m`,
};

function same(text: string): string {
  return text;
}

const HEADINGS = ["DEVICE", "NODE", "INTERFACE", "LAN", "VNI", "MAC"];

/** The table of interfaces with their checks, then a line for each expectation, failed ones with what was last said. */
export function renderReport({ interfaces, expectations }: Report, palette: Palette): string {
  const table = renderInterfaces(interfaces, palette, "CHECKS", ({ checks }) => {
    const failed = checks.filter(({ ok }) => !ok);
    if (checks.length === 0) return "-";
    if (failed.length === 0) return palette.good(`${checks.length}/${checks.length} ok`);
    const peers = failed.map(({ peer }) => peer).join(", ");
    return palette.bad(`${checks.length - failed.length}/${checks.length}, no answer: ${peers}`);
  });
  const lines = expectations.map(({ device, command, ok, ms, output }) => {
    const seconds = `${(ms / 1000).toFixed(1)} s`;
    return ok
      ? `${palette.good("ok")}      ${device}: ${command} (${seconds})`
      : `${palette.bad("failed")}  ${device}: ${command} (${seconds})\n${indent(output)}`;
  });
  return [table, ...(lines.length > 0 ? ["", ...lines] : [])].join("\n");
}

/** The table of interfaces, with one more column when it is given. */
export function renderInterfaces(
  rows: readonly InterfaceRow[],
  palette: Palette,
  heading = "",
  last: (row: InterfaceRow) => string = () => "",
): string {
  const cells = rows.map((row) => [
    row.device,
    row.node,
    row.interface ?? "-",
    row.lan ?? "-",
    `${row.vni ?? "-"}`,
    row.mac || "-",
  ]);
  const widths = HEADINGS.map((title, at) =>
    Math.max(title.length, ...cells.map((row) => row[at]!.length))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, at) => cell.padEnd(widths[at]!)).join("  ");
  return [
    palette.heading(`${line(HEADINGS)}  ${heading}`.trimEnd()),
    ...cells.map((row, at) => `${line(row)}  ${last(rows[at]!)}`.trimEnd()),
  ].join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "        ");
}
