// The connected parts of a graph, and how many edges lie between two nodes.

type Edge = readonly [number, number];

/** Lists the numbers of the nodes of each part, the largest part first. */
export function findParts(count: number, edges: readonly Edge[]): number[][] {
  const neighbours = listNeighbours(edges);
  const seen = new Set<number>();
  const parts: number[][] = [];
  for (let start = 0; start < count; start++) {
    if (seen.has(start)) continue;
    const part = [...walk(start, neighbours).keys()].sort((a, b) => a - b);
    for (const node of part) seen.add(node);
    parts.push(part);
  }
  return parts.sort((a, b) => b.length - a.length);
}

/** Answers, for each node of a part, the node's distance to each node, in the part's order. */
export function findDistances(part: readonly number[], edges: readonly Edge[]): number[][] {
  const neighbours = listNeighbours(edges);
  return part.map((start) => {
    const distances = walk(start, neighbours);
    return part.map((node) => distances.get(node)!);
  });
}

function listNeighbours(edges: readonly Edge[]): Map<number, number[]> {
  const neighbours = new Map<number, number[]>();
  for (const [a, b] of edges) {
    neighbours.set(a, [...neighbours.get(a) ?? [], b]);
    neighbours.set(b, [...neighbours.get(b) ?? [], a]);
  }
  return neighbours;
}

/** Finds the distances from a node to all nodes of its part, breadth first. */
function walk(start: number, neighbours: ReadonlyMap<number, readonly number[]>) {
  const distances = new Map([[start, 0]]);
  const queue = [start];
  for (const node of queue) {
    for (const next of neighbours.get(node) ?? []) {
      if (distances.has(next)) continue;
      distances.set(next, distances.get(node)! + 1);
      queue.push(next);
    }
  }
  return distances;
}
