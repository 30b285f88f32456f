// What a metric is: a row of the table that /metrics and docs/metrics.md are made of.
import type { NodeEvent } from "../events/event.ts";
import type { Direction, Figure } from "../lans/device_counters.ts";
import type { Seen } from "./seen.ts";

export type Labels = Readonly<Record<string, string>>;

export type Sample = readonly [labels: Labels, value: number];

interface Described {
  /** `megalos_...` in base units; a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  /** Names of its labels. */
  readonly labels: readonly string[];
  /** Where its figures come from, for docs/metrics.md. */
  readonly source: string;
  /** How many series it may have; see {@link MOST}. */
  readonly most: number;
}

/** A metric that is read at each scrape. */
export interface ReadRow extends Described {
  readonly type: "gauge" | "counter";
  readonly read: (seen: Seen) => Iterable<Sample>;
}

/** What the kernel counts of each device: tens of thousands of series on a large node. */
export interface DeviceRow extends Described {
  readonly type: "counter";
  /** Ports, or VXLAN devices of LANs. */
  readonly of: "ports" | "vxlans";
  /** As the kernel has it. */
  readonly direction: Direction;
  readonly figure: Figure;
}

/** What is counted: an event, or the end of a look, which is too frequent for an event. */
export type Heard = NodeEvent | { readonly kind: "looked"; readonly ms: number };

/** A counter that counts what happens. */
export interface CountedRow extends Described {
  readonly type: "counter";
  /** By how much a series grows; by 0 it is only there from now on. */
  readonly hear: (heard: Heard) => readonly [labels: Labels, by: number] | undefined;
  /** The series that are there from the start. */
  readonly first: readonly Labels[];
}

/** A histogram of what happens, in seconds. */
export interface HistogramRow extends Described {
  readonly type: "histogram";
  readonly hear: (heard: Heard) => readonly [labels: Labels, seconds: number] | undefined;
  readonly buckets: readonly number[];
}

export type Row = ReadRow | DeviceRow | CountedRow | HistogramRow;

/** The most that is told of a kind; what is more is left out, and counted. */
export const MOST = { ports: 5_000, lans: 2_000, peers: 2_000, limits: 100 } as const;
