// Whose announced routes are read in a look, and how long a caller is left alone then: pure.
import type { CountedCaller } from "./read_callers.ts";

/** Those who announce all the time are read for at most one part in so many of the time. */
const READING_SHARE = 3;

/** The last time that somebody's routes were read. */
export interface Reading {
  /** What had been counted of the caller before; undefined where its routes could not be read. */
  readonly counted: Pick<CountedCaller, "updates" | "countedAt"> | undefined;
  /** When (ms) the reading was over. */
  readonly endedAt: number;
  readonly tookMs: number;
  /** Until then (ms) the caller is not read again. */
  readonly restUntil: number;
}

/** What was read of whom, by the peer's address. */
export type Readings = ReadonlyMap<string, Reading>;

/**
 * Who is to be read now, in this order: those who were never read, and then whose reading is
 * longest ago. So who announces all the time comes after those who were quiet.
 */
export function planReadings(
  callers: readonly CountedCaller[],
  readings: Readings,
  now: number,
): CountedCaller[] {
  const endedAt = ({ peer }: CountedCaller) => readings.get(peer)?.endedAt ?? 0;
  return callers
    .filter((caller) => {
      const last = readings.get(caller.peer);
      return last === undefined || !hasRead(last, caller) && last.restUntil <= now;
    })
    .toSorted((one, other) => endedAt(one) - endedAt(other));
}

/** A new session counts from 0, and can come to the same count with other routes. */
function hasRead({ counted }: Reading, { updates, since }: CountedCaller): boolean {
  return counted !== undefined && counted.updates === updates && since <= counted.countedAt;
}

/**
 * Until when (ms) a caller rests whose reading has just ended. Counted are the last readings of all
 * who rest: were it its own alone, then many busy callers would be read all the time.
 */
export function planRest(
  { endedAt, tookMs }: Pick<Reading, "endedAt" | "tookMs">,
  others: Iterable<Reading>,
): number {
  const resting = [...others].filter(({ restUntil }) => restUntil > endedAt);
  const allMs = resting.reduce((sum, one) => sum + one.tookMs, tookMs);
  return endedAt + READING_SHARE * allMs;
}
