// The figures as people read them, and whether they are within the goals.
import type { Figures } from "./measure.ts";

export interface Verdict {
  readonly ok: boolean;
  /** What is missed; empty when ok. */
  readonly reasons: readonly string[];
}

export function judge({ limits, towards, from, differences }: Figures): Verdict {
  const reasons = [
    ...(towards.ms > limits.towards ? ["A"] : []),
    ...(from.ms > limits.from ? ["B"] : []),
    ...(differences.length > 0 ? ["entries differ"] : []),
  ];
  return { ok: reasons.length === 0, reasons };
}

const HEADINGS = ["fault", "down for", "A", "B", "goal A", "goal B", "verdict"];

/** A table, one line a fault, and what differs below it. */
export function renderReport(all: readonly Figures[]): string {
  const rows = all.map((figures) => {
    const { towards, from } = figures.limits;
    const { ok, reasons } = judge(figures);
    return [
      figures.title,
      `${(figures.downMs / 1000).toFixed(1)} s`,
      renderLoss(figures.towards),
      renderLoss(figures.from),
      `<= ${Math.round(towards)} ms`,
      `<= ${Math.round(from)} ms`,
      ok ? "ok" : `missed: ${reasons.join(", ")}`,
    ];
  });
  const widths = HEADINGS.map((text, at) =>
    Math.max(text.length, ...rows.map((row) => row[at]!.length))
  );
  const lines = [HEADINGS, ...rows].map((row) =>
    row.map((text, at) => text.padEnd(widths[at]!)).join("  ").trimEnd()
  );
  const differences = all.flatMap(({ name, differences }) =>
    differences.map((line) => `${name}: ${line}`)
  );
  return [...lines, ...differences].join("\n");
}

function renderLoss({ lost, ms }: Figures["towards"]): string {
  return lost === 0 ? "0" : `${lost} (${ms} ms)`;
}
