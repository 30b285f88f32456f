// Which LANs have been without a pod for longer than the grace time: pure.
import type { LanOnNode } from "./list_lans.ts";

/**
 * Since when (ms) each empty LAN has been seen empty, by its bridge's ifindex: a LAN that is made
 * anew is another one.
 */
export type EmptySince = ReadonlyMap<number, number>;

/**
 * What a look at the node at time `now` (ms) changes: the new state, and the LANs to remove.
 * @param graceMs how long an empty LAN is kept, for the next pod would only make it again
 * @param joined bridges that have had a pod's port since the last look, even if it has gone again
 */
export function nextEmptyLans(
  since: EmptySince,
  lans: readonly LanOnNode[],
  now: number,
  graceMs: number,
  joined: ReadonlySet<string> = new Set(),
): [EmptySince, LanOnNode[]] {
  const empty = lans.filter(({ ports }) => ports.length === 0);
  const next = new Map(empty.map(({ ifindex, bridge }) => [
    ifindex,
    (joined.has(bridge) ? undefined : since.get(ifindex)) ?? now,
  ]));
  const overdue = empty.filter(({ ifindex }) => isOverdue(next.get(ifindex) ?? now, now, graceMs));
  return [next, overdue];
}

/** Whether a look at the time `now` would find a LAN to remove, should nothing have changed. */
export function hasOverdue(since: EmptySince, now: number, graceMs: number): boolean {
  return [...since.values()].some((at) => isOverdue(at, now, graceMs));
}

function isOverdue(since: number, now: number, graceMs: number): boolean {
  return now - since >= graceMs;
}
