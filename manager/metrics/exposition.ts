// Writes figures in Prometheus' text format, version 0.0.4. Pure.
import type { Labels, ReadRow, Sample, Value } from "./row.ts";

/** The media type of the format. */
export const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * A metric with its samples; nothing where there are none. prom-client takes ten times as long for
 * the thousands of series of a node's ports.
 */
export function renderRow(
  { name, help, type }: Pick<ReadRow, "name" | "help" | "type">,
  samples: Iterable<Sample>,
): string {
  let text = "";
  for (const [labels, value] of samples) text += `${name}${written(labels)} ${show(value)}\n`;
  return text === "" ? "" : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${text}`;
}

/** Labels are written once: all metrics of a port share one object. */
const WRITTEN = new WeakMap<Labels, string>();

function written(labels: Labels): string {
  const known = WRITTEN.get(labels);
  if (known !== undefined) return known;
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  const text = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  WRITTEN.set(labels, text);
  return text;
}

/** The format knows these three; every other character stands for itself. */
function escape(value: string): string {
  return value.toWellFormed().replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
    .replaceAll('"', '\\"');
}

function show(value: Value): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : `${value}`;
}
