// Moves shapes apart that lie over each other.
import type { Point } from "./layout.ts";

/** Half the width and height of a shape, with the space that it wants around it. */
export interface Extent {
  readonly halfWidth: number;
  readonly halfHeight: number;
}

const ROUNDS = 500;

/** Pushes each two shapes that overlap apart, in the direction in which they overlap less. */
export function separate(points: readonly Point[], extents: readonly Extent[]): Point[] {
  const places = points.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < ROUNDS; round++) {
    if (!pushAll(places, extents)) break;
  }
  return places;
}

/** Counts the pairs of shapes that lie over each other. */
export function countOverlaps(points: readonly Point[], extents: readonly Extent[]): number {
  return [...listOverlaps(points, extents)].length;
}

interface Overlap {
  readonly pair: readonly [number, number];
  /** Pixels by which both shapes overlap. */
  readonly across: number;
  readonly down: number;
}

function* listOverlaps(
  points: readonly Point[],
  extents: readonly Extent[],
): Generator<Overlap> {
  for (const [i, a] of points.entries()) {
    for (let j = i + 1; j < points.length; j++) {
      const b = points[j]!;
      const across = extents[i]!.halfWidth + extents[j]!.halfWidth - Math.abs(a.x - b.x);
      const down = extents[i]!.halfHeight + extents[j]!.halfHeight - Math.abs(a.y - b.y);
      if (across > 0.01 && down > 0.01) yield { pair: [i, j], across, down };
    }
  }
}

/** The places change during the loop, so each push sees the pushes before it. */
function pushAll(places: { x: number; y: number }[], extents: readonly Extent[]): boolean {
  let moved = false;
  for (const { pair, across, down } of listOverlaps(places, extents)) {
    moved = true;
    const [a, b] = [places[pair[0]]!, places[pair[1]]!];
    const axis = across < down ? "x" : "y";
    const step = (Math.min(across, down) / 2) * (a[axis] <= b[axis] ? 1 : -1);
    a[axis] -= step;
    b[axis] += step;
  }
  return moved;
}
