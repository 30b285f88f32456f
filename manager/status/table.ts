// Text tables: columns as wide as their widest cell, two spaces between; lists are wrapped.
import { harmless } from "../../shared/harmless.ts";

/** A text, or a list that may be broken after each of its items. */
export type Cell = string | readonly string[];

const GAP = "  ";

/**
 * Renders a heading and rows, each line ended; "no X" when there is none.
 * @param width columns that a line may have, where lists can be broken for it
 * @param paint adds to a cell what takes no column
 */
export function renderTable(
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
  width = Infinity,
  paint: (cell: string, column: number) => string = (cell) => cell,
): string {
  if (rows.length === 0) return `no ${heading[0]?.toLowerCase()}\n`;
  const limit = limitLists(heading, rows, width);
  const lines = [heading, ...rows].flatMap((row) => {
    const cells = heading.map((_, column) => wrap(row[column] ?? "", limit).map(harmless));
    const height = longest(cells);
    return Array.from({ length: height }, (_, at) => cells.map((cell) => cell[at] ?? ""));
  });
  const widths = heading.map((_, column) => longest(lines.map((line) => line[column]!)));
  return lines.map((line) =>
    line.map((cell, column) => paint(cell, column) + " ".repeat(widths[column]! - cell.length))
      .join(GAP).trimEnd() + "\n"
  ).join("");
}

/** V8 takes some hundred thousand arguments of a call at most, and a cluster may have more rows. */
function longest(all: readonly { readonly length: number }[]): number {
  return all.reduce((most, { length }) => Math.max(most, length), 0);
}

/** How wide a list may be: what the other columns leave, shared by all columns with lists. */
function limitLists(
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
  width: number,
): number {
  const columns = heading.map((title, column) => [title, ...rows.map((row) => row[column] ?? "")]);
  const isList = (column: readonly Cell[]) => column.some((cell) => typeof cell !== "string");
  const texts = columns.filter((column) => !isList(column)).map(longest);
  const taken = texts.reduce((sum, one) => sum + one, 0) + GAP.length * (heading.length - 1);
  return (width - taken) / Math.max(1, columns.filter(isList).length);
}

/** The lines of a cell. An item that is wider than the limit has a line of its own. */
function wrap(cell: Cell, limit: number): string[] {
  if (typeof cell === "string") return [cell];
  const lines: string[] = [];
  for (const [at, item] of cell.entries()) {
    const last = lines.at(-1);
    const text = at < cell.length - 1 ? `${item},` : item;
    if (last !== undefined && last.length + 1 + text.length <= limit) {
      lines[lines.length - 1] = `${last} ${text}`;
    } else lines.push(text);
  }
  return lines.length === 0 ? [""] : lines;
}
