// Renders what a node believes of what it is told by BGP, as FRR's route maps.
import type { Client } from "./clients.ts";
import type { RefusedNode } from "./model.ts";

/** The route map for what workers say. */
export const FROM_CLIENTS = "clients";
/** The route map for what reflectors say. */
export const FROM_REFLECTORS = "reflectors";

/**
 * LANs need MAC addresses and memberships, types 2 and 3. All else is refused: Ethernet segments
 * (types 1 and 4) and prefixes (type 5).
 */
const OTHER_TYPES = ["ead", "es", "prefix"];

/**
 * A route target is a LAN (RFC 8365, section 5.1.2.1), and nodes announce a route for each LAN. One
 * route with hundreds of targets would be an entry in each of these LANs on every node.
 */
const SEVERAL_LANS = "several-lans";
const SEVERAL_TARGETS = "RT:.*RT:";

function refuseOthers(map: string): string[] {
  const refused = [
    ...OTHER_TYPES.map((type) => ` match evpn route-type ${type}`),
    ` match extcommunity ${SEVERAL_LANS}`,
  ];
  return [
    `bgp extcommunity-list expanded ${SEVERAL_LANS} seq 5 permit ${SEVERAL_TARGETS}`,
    "!",
    ...refused.flatMap((match, at) => [`route-map ${map} deny ${at + 1}`, match, "exit"]),
  ];
}

/**
 * The place of the first node that a worker refuses, and of all others: FRR's last one. An earlier
 * version had all others at 10, where they stay until those at the last place are there.
 */
const FIRST_REFUSED = 11;
const ALL_OTHERS = 65_535;

/** A worker takes all other routes of its reflectors, but for those to nodes that it refuses. */
export function renderReflectorsPolicy(refused: readonly RefusedNode[]): string[] {
  return [
    ...refuseOthers(FROM_REFLECTORS),
    ...refused.toSorted((one, other) => one.place - other.place).flatMap(({ vtep, place }) => [
      `route-map ${FROM_REFLECTORS} deny ${FIRST_REFUSED + place}`,
      matchNextHop(vtep),
      "exit",
    ]),
    `route-map ${FROM_REFLECTORS} permit ${ALL_OTHERS}`,
    "exit",
    "!",
  ];
}

/** A reflector takes of each client the routes to that client's own VTEP, and of others none. */
export function renderClientsPolicy(clients: readonly Client[]): string[] {
  return [
    ...refuseOthers(FROM_CLIENTS),
    ...clients.toSorted((one, other) => one.place - other.place).flatMap(renderClient),
    "!",
  ];
}

/**
 * The next hop is set, too, to what it must be: FRR also takes the word of the attribute NEXT_HOP
 * for it, which EVPN does not use.
 */
function renderClient({ peer, vtep, place }: Client): string[] {
  return [
    `route-map ${FROM_CLIENTS} permit ${place}`,
    ` match peer ${peer}`,
    matchNextHop(vtep),
    ...(vtep.includes(":") ? [] : [` set ipv4 vpn next-hop ${vtep}`]),
    "exit",
  ];
}

function matchNextHop(vtep: string): string {
  return ` match ${vtep.includes(":") ? "ipv6" : "ip"} next-hop address ${vtep}`;
}
