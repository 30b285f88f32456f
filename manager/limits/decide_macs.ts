// What the MAC addresses that a LAN has learnt ask for: pure, told by what was counted.
import { busiest, type PortCounts, total } from "./learnt.ts";

/** A LAN on this node. */
export interface CountedLan {
  /** MAC addresses that it may learn here. */
  readonly limit: number;
  /** Whether its bridge keeps the limit by itself (Linux 6.7, fdb_max_learned). */
  readonly isByKernel: boolean;
  /** All ports that have learnt something. */
  readonly counts: PortCounts;
  /** Ports that learn nothing now, since they had exceeded the limit. */
  readonly silenced: ReadonlySet<string>;
  /** Whether it had reached the limit when it was counted before. */
  readonly wasFull: boolean;
}

export interface MacDecision {
  /** It has reached its limit, and has not aged since. */
  readonly isFull: boolean;
  /** A port that is to learn no more. Frames to what it has behind it are flooded. */
  readonly silence?: string;
  /** Ports that are to learn again. */
  readonly restore: readonly string[];
}

/**
 * Where the bridge has no limit, the port that has learnt most stops to learn; the others go on.
 * What a silenced port has learnt ages, and counts no more.
 */
export function decideMacs(lan: CountedLan): MacDecision {
  const { limit, isByKernel, counts, silenced, wasFull } = lan;
  const hasAged = (count: number) => count <= limit / 2;
  const restore = [...silenced].filter((port) => isByKernel || hasAged(counts.get(port) ?? 0));
  const learning = new Map([...counts].filter(([port]) => !silenced.has(port)));
  const isOver = total(isByKernel ? counts : learning) >= limit;
  const silence = isOver && !isByKernel ? busiest(learning) : undefined;
  const isAging = restore.length < silenced.size || !hasAged(total(counts));
  return {
    isFull: isOver || wasFull && isAging,
    ...(silence !== undefined && { silence }),
    restore,
  };
}
