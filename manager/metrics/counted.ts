// What is counted as it happens: prom-client keeps the figures and writes them.
import { Counter, Histogram, Registry } from "prom-client";
import type { CountedRow, Heard, HistogramRow, Labels } from "./row.ts";

/** What stands for all further values of a label where a metric has as many series as it may. */
const OTHER = "other";

export class Counted {
  readonly #registry = new Registry();
  readonly #hearers: ((heard: Heard) => void)[];

  constructor(rows: readonly (CountedRow | HistogramRow)[]) {
    this.#hearers = rows.map((row) => row.type === "counter" ? this.#count(row) : this.#time(row));
  }

  hear(heard: Heard): void {
    for (const hear of this.#hearers) hear(heard);
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  #count({ name, help, labels: labelNames, most, first, hear }: CountedRow) {
    const counter = new Counter({ name, help, labelNames, registers: [this.#registry] });
    const bound = bounded(most);
    for (const labels of first) counter.inc(bound(labels), 0);
    return (heard: Heard) => {
      const [labels, by] = hear(heard) ?? [];
      if (labels !== undefined) counter.inc(bound(labels), by);
    };
  }

  #time({ name, help, labels: labelNames, most, buckets, hear }: HistogramRow) {
    const registers = [this.#registry];
    const histogram = new Histogram({ name, help, labelNames, buckets: [...buckets], registers });
    const bound = bounded(most / (buckets.length + 3));
    return (heard: Heard) => {
      const [labels, seconds] = hear(heard) ?? [];
      if (labels !== undefined) histogram.observe(bound(labels), seconds ?? 0);
    };
  }
}

/** Of the labels that it is given, the first so many kinds stay as they are. */
function bounded(most: number): (labels: Labels) => Labels {
  const known = new Set<string>();
  return (labels) => {
    const key = JSON.stringify(labels);
    if (known.has(key)) return labels;
    if (known.size >= most - 1) {
      return Object.fromEntries(Object.keys(labels).map((name) => [name, OTHER]));
    }
    known.add(key);
    return labels;
  };
}
