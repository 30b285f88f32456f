// What a client may not announce: pure.
import type { Announced } from "./announced.ts";
import { toRouterId } from "./router_id.ts";

/**
 * Why a client is not to be believed any more; undefined where all that it announces may be its
 * own. Next hops are not in question here: bgpd itself refuses routes to another one than `vtep`.
 */
export function findForged(
  { administrators, originators, tags, segments }: Announced,
  vtep: string,
): string | undefined {
  const own = toRouterId(vtep);
  const administrator = administrators.find((one) => one !== own);
  if (administrator !== undefined) {
    return `it announces a route of ${administrator}, and its own ones are of ${own}`;
  }
  const originator = originators.find((one) => one !== vtep);
  if (originator !== undefined) return describeOther(originator, vtep);
  // Its route would stand beside that of the node whose MAC address it is, and not against it.
  const [tag] = tags;
  if (tag !== undefined) {
    return `it announces a route with the Ethernet tag ${tag}, and LANs have none`;
  }
  // zebra would look for its MAC addresses behind the segment, and not behind any node.
  const [segment] = segments;
  return segment &&
    `it announces a route with the Ethernet segment ${segment}, and nodes have none`;
}

/** Why a node is not to be believed any more that announces another one. */
export function describeOther(originator: string, vtep: string): string {
  return `it announces the node ${originator}, and it is ${vtep}`;
}

/** Why a client with so many routes is not to be believed any more. */
export function findExcess(count: number, most: number): string | undefined {
  return count > most ? `it announces ${count} routes, and ${most} are allowed` : undefined;
}
