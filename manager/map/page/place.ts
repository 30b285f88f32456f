// Finds a free place for what is new in the picture, so that all else can stay: pure.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Turns by the golden angle, so that places on a spiral are evenly far from each other. */
const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const MOST_TRIED = 2_000;

/**
 * The first place on a spiral around `near` that is at least `distance` from all that are taken.
 * The same input has the same answer.
 */
export function findPlace(near: Point, taken: readonly Point[], distance: number): Point {
  for (let tried = 1; tried < MOST_TRIED; tried++) {
    const radius = distance * 0.6 * Math.sqrt(tried);
    const place = {
      x: near.x + radius * Math.cos(tried * GOLDEN),
      y: near.y + radius * Math.sin(tried * GOLDEN),
    };
    if (taken.every(({ x, y }) => Math.hypot(x - place.x, y - place.y) >= distance)) return place;
  }
  return near;
}

/** The middle of some points; the origin where there are none. */
export function middle(points: readonly Point[]): Point {
  const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  const many = Math.max(points.length, 1);
  return { x: sum.x / many, y: sum.y / many };
}
