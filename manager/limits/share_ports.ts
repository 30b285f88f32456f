// How many ports of LANs a node and each namespace of Kubernetes may have: pure.
import { namespaceOf, parseAlias } from "../../shared/lan/alias.ts";

/** A namespace may have so many times as many ports as the node may still take. */
const SHARE = 4;
/** And one part in so many of all in any case, so that few namespaces are ever full. */
const LEAST_PART = 10;
/** One part in so many goes before ports are taken again, so nobody fills the log at the limit. */
const PART = 20;

/** Who takes no more ports. */
export interface Full {
  readonly node: boolean;
  /** How many ports each full namespace has. */
  readonly namespaces: ReadonlyMap<string, number>;
}

export const NOBODY_FULL: Full = { node: false, namespaces: new Map() };

/**
 * @param most ports of the node; 0: no limit
 * @param was who was full before
 */
export function findFull(
  ports: readonly { readonly alias?: string }[],
  most: number,
  was: Full,
): Full {
  if (most === 0) return NOBODY_FULL;
  const node = exceeds(ports.length, most, was.node);
  const free = most - ports.length;
  // While the node takes nobody's, nothing is to be told of its namespaces.
  if (free <= 0) return { node, namespaces: was.namespaces };
  const allowed = Math.max(SHARE * free, Math.floor(most / LEAST_PART), 1);
  // Aliases are read for this alone, and most nodes are far from full.
  if (was.namespaces.size === 0 && ports.length < allowed) return { ...NOBODY_FULL, node };
  const counts = [...countByNamespace(ports)]
    .filter(([name, count]) => exceeds(count, allowed, was.namespaces.has(name)));
  return { node, namespaces: new Map(counts) };
}

function exceeds(count: number, most: number, did: boolean): boolean {
  return count > (did ? most - Math.max(1, Math.floor(most / PART)) : most - 1);
}

/** Ports of pods that are not of Kubernetes have no namespace, and are left out. */
function countByNamespace(ports: readonly { readonly alias?: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { alias } of ports) {
    const name = namespaceOf(parseAlias(alias)?.owner?.pod);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
