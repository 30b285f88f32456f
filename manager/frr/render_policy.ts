// Renders what a node believes of what it is told by BGP, as FRR's route maps.
import type { Client } from "./clients.ts";

/** The route map for what workers say. */
export const FROM_CLIENTS = "clients";
/** The route map for what reflectors say. */
export const FROM_REFLECTORS = "reflectors";

/**
 * LANs need MAC addresses and memberships, types 2 and 3. All else is refused: Ethernet segments
 * (types 1 and 4) and prefixes (type 5).
 */
const OTHER_TYPES = ["ead", "es", "prefix"];

function refuseOtherTypes(map: string): string[] {
  return OTHER_TYPES.flatMap((type, at) => [
    `route-map ${map} deny ${at + 1}`,
    ` match evpn route-type ${type}`,
    "exit",
  ]);
}

/** A worker takes all other routes of its reflectors. */
export function renderReflectorsPolicy(): string[] {
  return [
    ...refuseOtherTypes(FROM_REFLECTORS),
    `route-map ${FROM_REFLECTORS} permit 10`,
    "exit",
    "!",
  ];
}

/** A reflector takes of each client the routes to that client's own VTEP, and of others none. */
export function renderClientsPolicy(clients: readonly Client[]): string[] {
  return [
    ...refuseOtherTypes(FROM_CLIENTS),
    ...clients.toSorted((one, other) => one.place - other.place).flatMap(renderClient),
    "!",
  ];
}

/**
 * The next hop is set, too, to what it must be: FRR also takes the word of the attribute NEXT_HOP
 * for it, which EVPN does not use.
 */
function renderClient({ peer, vtep, place }: Client): string[] {
  const family = vtep.includes(":") ? "ipv6" : "ip";
  return [
    `route-map ${FROM_CLIENTS} permit ${place}`,
    ` match peer ${peer}`,
    ` match ${family} next-hop address ${vtep}`,
    ...(family === "ip" ? [` set ipv4 vpn next-hop ${vtep}`] : []),
    "exit",
  ];
}
