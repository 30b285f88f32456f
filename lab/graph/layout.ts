// Places the nodes of a graph in a plane: joined ones near each other, all others apart.

export interface Point {
  readonly x: number;
  readonly y: number;
}

const ROUNDS = 400;

/**
 * Answers a place for each of `count` nodes, joined by pairs of their numbers, in units of the length that an edge would like to
 * have; the smallest x and y are 0. The same graph is always placed the same way.
 * Fruchterman and Reingold's forces: every two nodes repel each other by 1/d, joined ones attract each other by d².
 */
export function placeNodes(
  count: number,
  edges: readonly (readonly [number, number])[],
): Point[] {
  const radius = Math.sqrt(count);
  let points = Array.from({ length: count }, (_, at): Point => {
    const angle = (2 * Math.PI * at) / count;
    // Not quite a circle: of equal forces none would ever break the symmetry.
    const distance = radius * (1 + 0.1 * Math.sin(7 * at));
    return { x: distance * Math.cos(angle), y: distance * Math.sin(angle) };
  });
  for (let round = 0; round < ROUNDS; round++) {
    const furthest = radius * 0.1 * (1 - round / ROUNDS);
    points = movePoints(points, edges, furthest);
  }
  const left = Math.min(...points.map(({ x }) => x));
  const top = Math.min(...points.map(({ y }) => y));
  return points.map(({ x, y }) => ({ x: x - left, y: y - top }));
}

function movePoints(
  points: readonly Point[],
  edges: readonly (readonly [number, number])[],
  furthest: number,
): Point[] {
  const forces = points.map(() => ({ x: 0, y: 0 }));
  const push = (at: number, from: number, strength: (distance: number) => number) => {
    const x = points[at]!.x - points[from]!.x;
    const y = points[at]!.y - points[from]!.y;
    const distance = Math.max(0.01, Math.hypot(x, y));
    forces[at]!.x += (x / distance) * strength(distance);
    forces[at]!.y += (y / distance) * strength(distance);
  };
  for (const at of points.keys()) {
    // A weak pull to the middle keeps the parts of a graph in one picture.
    forces[at]!.x -= points[at]!.x * 0.05;
    forces[at]!.y -= points[at]!.y * 0.05;
    for (const other of points.keys()) {
      if (other !== at) push(at, other, (distance) => 1 / distance);
    }
  }
  for (const [a, b] of edges) {
    push(a, b, (distance) => -(distance ** 2));
    push(b, a, (distance) => -(distance ** 2));
  }
  return points.map(({ x, y }, at) => {
    const force = forces[at]!;
    const scale = Math.min(1, furthest / Math.max(0.001, Math.hypot(force.x, force.y)));
    return { x: x + force.x * scale, y: y + force.y * scale };
  });
}
