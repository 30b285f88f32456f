// Which LANs have been without a pod for longer than the grace time: pure, told by what was seen and when.
import type { LanOnNode } from "./list_lans.ts";

/** Since when (ms) each empty LAN has been seen empty, by its bridge's ifindex: a LAN made anew is another. */
export type EmptySince = ReadonlyMap<number, number>;

/**
 * What a look at the node at time `now` (ms) changes: the new state, and the LANs to remove.
 * @param graceMs how long an empty LAN is kept, for the next pod would only make it again
 */
export function nextEmptyLans(
  since: EmptySince,
  lans: readonly LanOnNode[],
  now: number,
  graceMs: number,
): [EmptySince, LanOnNode[]] {
  const empty = lans.filter(({ ports }) => ports.length === 0);
  const next = new Map(empty.map(({ ifindex }) => [ifindex, since.get(ifindex) ?? now]));
  const overdue = empty.filter(({ ifindex }) => now - (next.get(ifindex) ?? now) >= graceMs);
  return [next, overdue];
}
