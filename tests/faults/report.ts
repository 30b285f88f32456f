// The figures as people read them, and whether they are within the goals.
import type { Figures } from "./measure.ts";

/** What a node may need, beyond the time that its FRR was away, until frames pass again. */
const RETURN_MS = 300;

export interface Verdict {
  readonly ok: boolean;
  /** What is missed; empty when ok. */
  readonly reasons: readonly string[];
}

/** Most that may be lost each way, in ms. */
export function limits({ goal, downMs }: Pick<Figures, "goal" | "downMs">) {
  const most = Math.ceil(downMs) + RETURN_MS;
  switch (goal) {
    case "nothing":
      return { towards: 0, from: 0 };
    case "towards":
      return { towards: most, from: 0 };
    case "both":
      return { towards: most, from: most };
  }
}

export function judge(figures: Figures): Verdict {
  const most = limits(figures);
  const reasons = [
    ...(figures.towards.ms > most.towards ? ["A"] : []),
    ...(figures.from.ms > most.from ? ["B"] : []),
    ...(figures.differences.length > 0 ? ["entries differ"] : []),
  ];
  return { ok: reasons.length === 0, reasons };
}

const HEADINGS = ["fault", "down for", "A", "B", "goal A", "goal B", "verdict"];

/** A table, one line a fault, and what differs below it. */
export function renderReport(all: readonly Figures[]): string {
  const rows = all.map((figures) => {
    const most = limits(figures);
    const { ok, reasons } = judge(figures);
    return [
      figures.title,
      `${(figures.downMs / 1000).toFixed(1)} s`,
      renderLoss(figures.towards),
      renderLoss(figures.from),
      `<= ${most.towards} ms`,
      `<= ${most.from} ms`,
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
