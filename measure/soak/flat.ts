// Whether figures that were taken again and again have grown, as a leak makes them grow.
import type { Usage } from "../../tests/fixture/usage.ts";

/**
 * How much a figure may grow. What is counted may not grow at all. Memory may grow by so much (KB),
 * for a heap's size goes up and down.
 */
const SLACK: Readonly<Record<keyof Usage, number>> = {
  rssKb: 15_000,
  descriptors: 0,
  children: 0,
  links: 0,
  runFiles: 0,
};

/** A figure that has grown: its middle values in the first and in the last third of the samples. */
export interface Growth {
  readonly name: keyof Usage;
  readonly from: number;
  readonly to: number;
}

/** What has grown since the first samples; fewer than three say nothing. */
export function findGrowth(samples: readonly Usage[]): Growth[] {
  const third = Math.floor(samples.length / 3);
  if (third === 0) return [];
  const names = Object.keys(SLACK) as (keyof Usage)[];
  return names.flatMap((name) => {
    const values = samples.map((sample) => sample[name]);
    const [from, to] = [median(values.slice(0, third)), median(values.slice(-third))];
    return to > from + SLACK[name] ? [{ name, from, to }] : [];
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
