// What a look at the forwarding entries is to do: pure, told by what was heard and seen.
import { scaled } from "../../shared/process/time_scale.ts";
import { isUp } from "../loop/news.ts";
import type { Observation } from "../loop/observation.ts";
import type { FdbEntry } from "./entries.ts";

/** EVPN has spoken when a session is so old (ms): until then other nodes may be coming back too. */
const SPOKEN_MS = 10_000;
/**
 * A sweep lists all entries of kernel and EVPN. Where entries change all the time, so much time
 * (ms) lies between two sweeps.
 */
const SWEEP_AGAIN_MS = 10_000;
/** A sweep that takes long, as with half a million entries, is a small part of the time. */
const SHARE = 20;

/** An entry that somebody has deleted, and when (ms). */
export interface Deleted {
  readonly entry: FdbEntry;
  readonly at: number;
}

/** What the sweeper knows before a look. */
export interface Swept {
  /** Whether an entry has changed since the last sweep. */
  readonly hasChanged: boolean;
  /** Whether the last sweep has found entries that a second one is to confirm as stale. */
  readonly hasSuspects: boolean;
  /** When (ms) the last sweep ended; -Infinity before the first. */
  readonly sweptAt: number;
  /** How long (ms) that one took. */
  readonly sweepMs: number;
}

/** What FRR was found to say. */
export interface Spoken {
  /** When (ms) it was asked. */
  readonly at: number;
  /** When (ms) the oldest session that is Established began; undefined without one. */
  readonly since: number | undefined;
}

/** Of entries that were deleted. */
export interface Fates {
  /** Entries to make again, with their places. */
  readonly putBack: ReadonlyMap<string, Deleted>;
  /** Entries that were withdrawn: their places are forgotten. */
  readonly withdrawn: ReadonlyMap<string, Deleted>;
}

export function readSpoken({ at, sessions }: Pick<Observation, "at" | "sessions">): Spoken {
  const ages = sessions.filter(isUp).map(({ uptimeMs }) => uptimeMs);
  return { at, since: ages.length === 0 ? undefined : at - Math.max(...ages) };
}

/** Without a session, or with a new one, zebra does not know what EVPN says. */
export function hasSpoken({ at, since }: Spoken): boolean {
  return since !== undefined && at - since >= scaled(SPOKEN_MS);
}

/**
 * Without a session bgpd knows nothing, and has had all entries deleted. That says nothing of the
 * other nodes, so all are put back. A session that began after a deletion says nothing of it, too.
 * With a session, what was deleted before FRR was asked is withdrawn. What was deleted after that
 * may have gone together with the session: the next look decides.
 */
export function decideFates(
  deletions: ReadonlyMap<string, Deleted>,
  { at, since }: Spoken,
): Fates {
  const deleted = [...deletions];
  const isLost = (one: Deleted) => since === undefined || one.at < since;
  const putBack = new Map(deleted.filter(([, one]) => isLost(one)));
  const withdrawn = new Map(deleted.filter(([, one]) => !isLost(one) && one.at < at));
  return { putBack, withdrawn };
}

export interface SweepDecision {
  readonly isToSweep: boolean;
  /** Whether a sweep has not to count on what an earlier one has found. */
  readonly isToForgetSuspects: boolean;
}

export function decideSweep(swept: Swept, spoken: Spoken): SweepDecision {
  const { at, since } = spoken;
  const isNewSession = since !== undefined && since > swept.sweptAt;
  const isTime = at - swept.sweptAt >= Math.max(SWEEP_AGAIN_MS, SHARE * swept.sweepMs);
  return {
    isToSweep: hasSpoken(spoken) &&
      (swept.hasSuspects || isNewSession || swept.hasChanged && isTime),
    isToForgetSuspects: since === undefined,
  };
}
