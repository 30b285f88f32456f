// Which events are kept where there are too many for the map: pure.
import { oldestOfMost } from "../events/oldest_of_most.ts";
import type { MapEvent } from "./messages.ts";

/** How many events the map shows. */
const MOST_EVENTS = 100;

/**
 * So many of the events, which are the oldest first. Of too many, the node that has told most loses
 * its oldest, so that nobody's flood takes away what others have told.
 */
export function keepFairly<Event extends Pick<MapEvent, "node">>(
  events: readonly Event[],
  most: number = MOST_EVENTS,
): Event[] {
  const kept = [...events];
  while (kept.length > most) kept.splice(kept.indexOf(oldestOfMost(kept, ({ node }) => node)), 1);
  return kept;
}
