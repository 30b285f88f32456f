// What FRR is to be on a node, as a typed model: all that our configuration files can say.
import { halve } from "../networks.ts";
import type { Settings } from "../settings.ts";
import type { Client } from "./clients.ts";
import { toRouterId } from "./router_id.ts";

/** Seconds. A lost session is found after `hold`, and tried again every `connect`. */
export interface Timers {
  readonly keepalive: number;
  readonly hold: number;
  readonly connect: number;
}

/** A node that a worker takes no routes to. */
export interface RefusedNode {
  readonly vtep: string;
  /**
   * Its place among them, from 0, which stays: while FRR is told of another node at a place, it
   * takes no routes to anybody.
   */
  readonly place: number;
}

/** A worker: a session to each reflector, its VNIs advertised. */
export interface SpeakerModel {
  readonly role: "worker";
  readonly as: number;
  readonly routerId: string;
  /**
   * The node's address, from which the sessions are opened. bgpd refuses a session from an address
   * that zebra does not know.
   */
  readonly source: string;
  /** Addresses. */
  readonly reflectors: readonly string[];
  /** Nodes that it takes no routes to. */
  readonly refused: readonly RefusedNode[];
  readonly password?: string;
  /** Hops that packets of the session may have made; absent where nobody counts them. */
  readonly ttlSecurity?: number;
  readonly timers: Timers;
}

/** The route reflector: whoever calls is a client. */
export interface ReflectorModel {
  readonly role: "route-reflector";
  readonly as: number;
  readonly routerId: string;
  /** Prefixes that clients may call from. */
  readonly listenRanges: readonly string[];
  readonly listenLimit: number;
  readonly password?: string;
  /** As a worker's. */
  readonly ttlSecurity?: number;
  readonly timers: Timers;
  /** Whom it takes routes from; from all others it takes none. */
  readonly clients: readonly Client[];
  /**
   * More routes of one client end its session at once. Undefined where FRR cannot count routes of
   * EVPN, as 8.4 cannot.
   */
  readonly mostRoutes?: number;
}

export type FrrModel = SpeakerModel | ReflectorModel;

/**
 * The reflector is passive, so only the workers' connect timer counts. FRR's own, 120 s, would be
 * two minutes of outage.
 */
const TIMERS: Timers = { keepalive: 3, hold: 9, connect: 1 };
/** What a session takes of a reflector's memory (KiB), measured with FRR 8.4.4. */
const SESSION_KIB = 1_100;
/** FRR's largest `bgp listen limit`. */
const MOST_SESSIONS = 65_535;

/** Whom a node speaks with. */
export interface Peers {
  /** Addresses; a worker's alone, like the next ones. */
  readonly reflectors?: readonly string[];
  readonly refused?: readonly RefusedNode[];
  /** A reflector's alone, like the next one. */
  readonly clients?: readonly Client[];
  readonly mostRoutes?: number | undefined;
}

/** The model of a role at the node address `vtep`. */
export function modelFrr(
  { role, as, bgpPassword: password, ttlSecurity, nodeNetworks, frrMemory }: Pick<
    Settings,
    "role" | "as" | "bgpPassword" | "ttlSecurity" | "nodeNetworks" | "frrMemory"
  >,
  vtep: string,
  { reflectors = [], refused = [], clients = [], mostRoutes }: Peers,
): FrrModel {
  const secret = password === undefined ? {} : { password };
  const hops = ttlSecurity === 0 ? {} : { ttlSecurity };
  const common = { as, routerId: toRouterId(vtep), timers: TIMERS, ...secret, ...hops };
  if (role === "worker") return { role, ...common, source: vtep, reflectors, refused };
  // bgpd sets no MD5 password for a prefix length of 0.
  const listenRanges = nodeNetworks.flatMap(halve);
  const listenLimit = limitSessions(frrMemory);
  const most = mostRoutes === undefined ? {} : { mostRoutes };
  return { role, ...common, listenRanges, listenLimit, clients, ...most };
}

/** How many sessions fit half of FRR's memory (MiB). The other half is for routes. */
export function limitSessions(frrMemory: number): number {
  return Math.min(Math.floor(frrMemory * 1024 / 2 / SESSION_KIB), MOST_SESSIONS);
}
