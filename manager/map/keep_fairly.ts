// Which events are kept where there are too many for the map: pure.
import type { MapEvent } from "./messages.ts";

/** How many events the map shows. */
export const MOST_EVENTS = 100;

/**
 * So many of the events, which are the oldest first. Of too many, the node that has told most loses
 * its oldest, so that nobody's flood takes away what others have told.
 */
export function keepFairly<Event extends Pick<MapEvent, "node">>(
  events: readonly Event[],
  most: number = MOST_EVENTS,
): Event[] {
  const left = new Map<string, number>();
  for (const { node } of events) left.set(node, (left.get(node) ?? 0) + 1);
  for (let over = events.length - most; over > 0; over--) {
    const [node, count] = [...left].reduce((most, one) => one[1] > most[1] ? one : most);
    left.set(node, count - 1);
  }
  return events.toReversed().filter(({ node }) => {
    const count = left.get(node)!;
    left.set(node, count - 1);
    return count > 0;
  }).reverse();
}
