// Places the nodes of a graph in a plane, as far apart as the graph has them.
import { findDistances, findParts } from "./distances.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

type Edge = readonly [number, number];

const ROUNDS = 150;
/** Space between two parts of a graph, in lengths of an edge. */
const GAP = 1.5;

/**
 * Answers a place for each of `count` nodes, which pairs of their numbers join. The unit is the
 * length that an edge would like to have, and the smallest x and y are 0. Parts of the graph that
 * no edge joins stand side by side. The same graph is always placed the same way.
 */
export function placeNodes(count: number, edges: readonly Edge[]): Point[] {
  const points = new Array<Point>(count).fill({ x: 0, y: 0 });
  const placed = findParts(count, edges).map((part) => {
    const places = placePart(part, edges);
    const right = Math.max(...places.map(({ x }) => x));
    const bottom = Math.max(...places.map(({ y }) => y));
    return { part, places, right, bottom };
  });
  // The rows are as wide as a square of all parts would be, or as the widest part.
  const area = placed.reduce((sum, { right, bottom }) => sum + (right + GAP) * (bottom + GAP), 0);
  const width = Math.max(Math.sqrt(area) * 1.3, ...placed.map(({ right }) => right));
  let [left, top, height] = [0, 0, 0];
  for (const { part, places, right, bottom } of placed) {
    if (left > 0 && left + right > width) [left, top, height] = [0, top + height + GAP, 0];
    for (const [at, { x, y }] of places.entries()) points[part[at]!] = { x: x + left, y: y + top };
    left += right + GAP;
    height = Math.max(height, bottom);
  }
  return points;
}

/** Places the nodes of one part of a graph. The places are in the order of the nodes. */
function placePart(part: readonly number[], edges: readonly Edge[]): Point[] {
  if (part.length === 1) return [{ x: 0, y: 0 }];
  const distances = findDistances(part, edges);
  let points = projectDistances(distances);
  for (let round = 0; round < ROUNDS; round++) points = majorize(points, distances);
  const left = Math.min(...points.map(({ x }) => x));
  const top = Math.min(...points.map(({ y }) => y));
  return points.map(({ x, y }) => ({ x: x - left, y: y - top }));
}

/**
 * Does one round of stress majorization (Gansner, Koren, North 2004). Each node goes to the mean of
 * the places that the other nodes would have it at, and near nodes count most. The stress of the
 * result is never larger than before.
 */
function majorize(points: readonly Point[], distances: readonly (readonly number[])[]): Point[] {
  return points.map((own, i) => {
    let [x, y, weights] = [0, 0, 0];
    for (const [j, other] of points.entries()) {
      if (i === j) continue;
      const wanted = distances[i]![j]!;
      const weight = wanted ** -2;
      const now = Math.max(1e-6, Math.hypot(own.x - other.x, own.y - other.y));
      x += weight * (other.x + (wanted * (own.x - other.x)) / now);
      y += weight * (other.y + (wanted * (own.y - other.y)) / now);
      weights += weight;
    }
    return { x: x / weights, y: y / weights };
  });
}

/**
 * Makes a first picture by classical scaling, in the two directions in which distances differ most.
 */
function projectDistances(distances: readonly (readonly number[])[]): Point[] {
  const squares = distances.map((row) => row.map((distance) => distance ** 2));
  const means = squares.map(mean);
  const all = mean(means);
  const centred = squares.map((row, i) =>
    row.map((square, j) => -0.5 * (square - means[i]! - means[j]! + all))
  );
  const first = findDirection(centred, []);
  const second = findDirection(centred, [first]);
  // The picture is not quite flat, because nodes in one place would never part.
  return first.map((x, i) => ({ x: x + 0.01 * Math.cos(i), y: second[i]! + 0.01 * Math.sin(i) }));
}

/**
 * Finds, by power iteration, the eigenvector of the largest eigenvalue at right angles to others.
 * The eigenvector is as long as the eigenvalue's root.
 */
function findDirection(
  matrix: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
): number[] {
  let vector = matrix.map((_, i) => Math.cos(1 + 7 * i));
  let value = 0;
  for (let round = 0; round < 60; round++) {
    for (const other of others) {
      const share = dot(vector, other) / Math.max(1e-9, dot(other, other));
      vector = vector.map((x, i) => x - share * other[i]!);
    }
    const next = matrix.map((row) => dot(row, vector));
    value = Math.sqrt(dot(next, next)) / Math.max(1e-9, Math.sqrt(dot(vector, vector)));
    const length = Math.max(1e-9, Math.sqrt(dot(next, next)));
    vector = next.map((x) => x / length);
  }
  return vector.map((x) => x * Math.sqrt(value));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
