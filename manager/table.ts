// Text tables: columns as wide as their widest cell, two spaces between.

/** Renders a heading and rows, each line ended; "no X" when there is none. */
export function renderTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return `no ${heading[0]?.toLowerCase()}\n`;
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length))
  );
  return lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd() + "\n"
  ).join("");
}
