// The figures of a soak as a table that grows by a line a round.
import type { Usage } from "../fixture/usage.ts";

const COLUMNS = [
  "minute",
  " calls",
  " RSS KB",
  "descriptors",
  "children",
  "links",
  "files in /run",
];

export const HEADING = renderCells(COLUMNS);

/** The line of a round: what the node has after so many calls and ms. */
export function renderRound(usage: Usage, calls: number, ms: number): string {
  const { rssKb, descriptors, children, links, runFiles } = usage;
  const minute = (ms / 60_000).toFixed(1);
  return renderCells([minute, calls, rssKb, descriptors, children, links, runFiles]);
}

function renderCells(cells: readonly (string | number)[]): string {
  return cells.map((cell, at) => `${cell}`.padStart(COLUMNS[at]!.length)).join("  ");
}
