// Renders reports as text for a terminal.
import { harmless, harmlessLines } from "../../shared/harmless.ts";
import type { InterfaceRow, Report, Totals } from "./report.ts";

/** How words are set off. Where there are no colours, every function answers its text unchanged. */
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

type Column = readonly [heading: string, cell: (row: InterfaceRow) => string];

const COLUMNS: readonly Column[] = [
  ["DEVICE", ({ device }) => device],
  ["NODE", ({ node }) => node],
  ["INTERFACE", (row) => row.interface ?? "-"],
  ["LAN", ({ lan }) => lan ?? "-"],
  ["VNI", ({ vni }) => `${vni ?? "-"}`],
  ["MAC", ({ mac }) => mac || "-"],
];
/** Columns for devices that somebody has looked at. */
const LOOKED_AT: readonly Column[] = [
  ["STATE", ({ state }) => state ?? "-"],
  ["ADDRESSES", ({ addresses = [] }) => addresses.join(" ") || "-"],
];

/**
 * Renders the table of interfaces with their checks, a line for each expectation, and a closing
 * line with the totals. A failed expectation is followed by what its command said last.
 */
export function renderReport(
  { interfaces, expectations, totals }: Report,
  palette: Palette,
): string {
  const table = renderInterfaces(interfaces, palette, "CHECKS", (row) => {
    const { checks } = row;
    const failed = checks.filter(({ ok }) => !ok);
    if (checks.length === 0) return hasStrangers(row, interfaces) ? "- (another subnet)" : "-";
    if (failed.length === 0) return palette.good(`${checks.length}/${checks.length} ok`);
    const of = (separate: boolean) =>
      failed.filter((check) => (check.separate ?? false) === separate).map(({ peer }) =>
        harmless(peer)
      );
    const [silent, loud] = [of(false).join(", "), of(true).join(", ")];
    return palette.bad([
      `${checks.length - failed.length}/${checks.length}`,
      ...(silent === "" ? [] : [`no answer: ${silent}`]),
      ...(loud === "" ? [] : [`an answer that must not be: ${loud}`]),
    ].join(", "));
  });
  const lines = expectations.map(({ device, command, ok, ms, output }) => {
    const what = harmless(`${device}: ${command} (${(ms / 1000).toFixed(1)} s)`);
    return ok
      ? `${palette.good("ok")}      ${what}`
      // A device may say anything.
      : `${palette.bad("failed")}  ${what}\n${indent(harmlessLines(output))}`;
  });
  return [table, ...(lines.length > 0 ? ["", ...lines] : []), "", renderTotals(totals, palette)]
    .join("\n");
}

/** Whether other devices on the interface's LAN have addresses as well as the interface. */
function hasStrangers(row: InterfaceRow, rows: readonly InterfaceRow[]): boolean {
  const hasAddress = ({ addresses = [] }: InterfaceRow) => addresses.length > 0;
  return hasAddress(row) &&
    rows.some((one) => one.device !== row.device && one.lan === row.lan && hasAddress(one));
}

/** "2 devices, 1 LAN; 1 ping ok, 0 failed; 2 startups with errors: leaf1, leaf2". */
function renderTotals(
  { devices, lans, pings, expectations, startupsWithErrors }: Totals,
  palette: Palette = PLAIN,
): string {
  const failed = (count: number) => {
    const words = `${count} failed`;
    return count === 0 ? words : palette.bad(words);
  };
  const checks = expectations.ok + expectations.failed;
  return [
    `${plural(devices, "device")}, ${plural(lans, "LAN")}`,
    `${plural(pings.ok, "ping")} ok, ${failed(pings.failed)}`,
    ...(checks === 0
      ? []
      : [`${plural(expectations.ok, "line")} of lab.check ok, ${failed(expectations.failed)}`]),
    ...(startupsWithErrors.length === 0 ? [] : [
      `${plural(startupsWithErrors.length, "startup")} with errors: ${
        startupsWithErrors.join(", ")
      }`,
    ]),
  ].join("; ");
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The table of interfaces, with one more column when it is given. */
export function renderInterfaces(
  rows: readonly InterfaceRow[],
  palette: Palette,
  heading = "",
  last: (row: InterfaceRow) => string = () => "",
): string {
  const isLookedAt = rows.some(({ state }) => state !== undefined);
  const columns = isLookedAt ? [...COLUMNS, ...LOOKED_AT] : COLUMNS;
  const cells = rows.map((row) => columns.map(([, cell]) => harmless(cell(row))));
  const widths = columns.map(([title], at) =>
    Math.max(title.length, ...cells.map((row) => row[at]!.length))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, at) => cell.padEnd(widths[at]!)).join("  ");
  return [
    palette.heading(`${line(columns.map(([title]) => title))}  ${heading}`.trimEnd()),
    ...cells.map((row, at) => `${line(row)}  ${last(rows[at]!)}`.trimEnd()),
  ].join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "        ");
}
