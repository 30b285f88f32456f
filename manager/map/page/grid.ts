// Lays out a large cluster: a grid of boxes, devices in rows in each, LANs between: pure.
import { middle, Places, type Point } from "./place.ts";

/** Pixels between things, and between boxes: LANs have their places there. */
const CELL = 46;
const GAP = 110;
const LAN_DISTANCE = 30;

/**
 * @param groups what is in a box together, in the order in which it is to lie there
 * @param links for each LAN the things that are on it
 * @param aspect width of the picture divided by its height
 */
export function layOutGrid(
  groups: readonly (readonly string[])[],
  links: ReadonlyMap<string, readonly string[]>,
  aspect: number,
): Map<string, Point> {
  const places = new Map<string, Point>();
  const largest = Math.max(1, ...groups.map(({ length }) => length));
  const columns = Math.ceil(Math.sqrt(largest));
  const rows = Math.ceil(largest / columns);
  const [width, height] = [columns * CELL + GAP, rows * CELL + GAP];
  const across = Math.max(1, Math.round(Math.sqrt(groups.length * aspect * height / width)));
  for (const [box, ids] of groups.entries()) {
    const row = Math.floor(box / across);
    // Each second row runs back, so that boxes that follow each other are neighbours.
    const column = row % 2 === 0 ? box % across : across - 1 - box % across;
    const [left, top] = [column * width, row * height];
    for (const [at, id] of ids.entries()) {
      places.set(id, {
        x: left + (at % columns) * CELL,
        y: top + Math.floor(at / columns) * CELL,
      });
    }
  }
  const taken = new Places(LAN_DISTANCE, places.values());
  for (const [lan, ids] of links) {
    const ends = ids.map((id) => places.get(id)).filter((place) => place !== undefined);
    const place = taken.find(middle(ends));
    places.set(lan, place);
    taken.take(place);
  }
  return places;
}
