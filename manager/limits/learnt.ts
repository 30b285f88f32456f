// How many MAC addresses the ports of LANs have learnt: read from what bridge(8) says. Pure.
import { parsePortEntry } from "../entries/entries.ts";

/** Of a MAC address that a bridge has learnt from a frame. */
export interface Learnt {
  readonly bridge: string;
  readonly port: string;
}

/**
 * Reads a line of `bridge fdb show` or `bridge monitor fdb` about an entry that was learnt, or a
 * deleted one. Undefined for entries that somebody has written: they count for no limit.
 */
export function parseLearnt(line: string): Learnt | undefined {
  const entry = parsePortEntry(line);
  if (entry === undefined || entry.isWritten) return undefined;
  return { bridge: entry.bridge, port: entry.port };
}

/** Ports of a bridge, with the number of MAC addresses that each has learnt. */
export type PortCounts = ReadonlyMap<string, number>;

/** Counts line by line. */
export class LearntCounter {
  readonly bridges = new Map<string, Map<string, number>>();

  /** A property, so that it can be handed on by itself. */
  readonly take = (line: string): void => {
    const learnt = parseLearnt(line);
    if (learnt === undefined) return;
    const ports = this.bridges.get(learnt.bridge) ?? new Map<string, number>();
    ports.set(learnt.port, (ports.get(learnt.port) ?? 0) + 1);
    this.bridges.set(learnt.bridge, ports);
  };
}

export function total(ports: PortCounts): number {
  return ports.values().reduce((sum, count) => sum + count, 0);
}

/** The port that has learnt most; undefined where none has learnt anything. */
export function busiest(ports: PortCounts): string | undefined {
  return [...ports].reduce<[string, number] | undefined>(
    (most, one) => most === undefined || one[1] > most[1] ? one : most,
    undefined,
  )?.[0];
}
