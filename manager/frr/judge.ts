// What a client may not announce: pure.
import type { Announced } from "./announced.ts";
import { toRouterId } from "./router_id.ts";

/**
 * Why a client is not to be believed any more; undefined where all that it announces may be its
 * own. Next hops are not in question here: bgpd itself refuses routes to another one than `vtep`.
 */
export function findForged(
  { administrators, originators }: Announced,
  vtep: string,
): string | undefined {
  const own = toRouterId(vtep);
  const administrator = administrators.find((one) => one !== own);
  if (administrator !== undefined) {
    return `it announces a route of ${administrator}, and its own ones are of ${own}`;
  }
  const originator = originators.find((one) => one !== vtep);
  return originator && describeOther(originator, vtep);
}

/** Why a node is not to be believed any more that announces another one. */
export function describeOther(originator: string, vtep: string): string {
  return `it announces the node ${originator}, and it is ${vtep}`;
}

/** Why a client with so many routes is not to be believed any more. */
export function findExcess(count: number, most: number): string | undefined {
  return count > most ? `it announces ${count} routes, and ${most} are allowed` : undefined;
}
