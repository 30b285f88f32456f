// The figures of a soak as a table that grows by a line a round.
import type { Round } from "./churn.ts";

const COLUMNS = [
  "minute",
  " calls",
  "ms a call",
  " RSS KB",
  "descriptors",
  "children",
  "links",
  "files in /run",
];

export const HEADING = renderCells(COLUMNS);

/** The line of a round: what the node has after so many calls and seconds. */
export function renderRound({ usage, ms }: Round, calls: number, seconds: number): string {
  const { rssKb, descriptors, children, links, runFiles } = usage;
  const times = [(seconds / 60).toFixed(1), calls, ms.toFixed(1)];
  return renderCells([...times, rssKb, descriptors, children, links, runFiles]);
}

function renderCells(cells: readonly (string | number)[]): string {
  return cells.map((cell, at) => `${cell}`.padStart(COLUMNS[at]!.length)).join("  ");
}
