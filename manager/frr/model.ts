// What FRR is to be on a node, as a typed model: all that our configuration files can say.
import type { Settings } from "../settings.ts";

/** Seconds. A lost session is found after `hold`, and tried again every `connect`. */
export interface Timers {
  readonly keepalive: number;
  readonly hold: number;
  readonly connect: number;
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
  readonly password?: string;
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
  readonly timers: Timers;
}

export type FrrModel = SpeakerModel | ReflectorModel;

/**
 * The reflector is passive, so only the workers' connect timer counts. FRR's own, 120 s, would be
 * two minutes of outage.
 */
const TIMERS: Timers = { keepalive: 3, hold: 9, connect: 1 };
/** Both address spaces, in halves: bgpd sets no MD5 password for a prefix length of 0. */
const LISTEN_RANGES = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"];
/** FRR's largest `bgp listen limit`. */
const LISTEN_LIMIT = 65_535;

/**
 * The model of a role at the node address `vtep`.
 * @param reflectors addresses; a worker's alone
 */
export function modelFrr(
  { role, as, bgpPassword: password }: Pick<Settings, "role" | "as" | "bgpPassword">,
  vtep: string,
  reflectors: readonly string[],
): FrrModel {
  const secret = password === undefined ? {} : { password };
  const common = { as, routerId: toRouterId(vtep), timers: TIMERS, ...secret };
  if (role === "worker") return { role, ...common, source: vtep, reflectors };
  return { role, ...common, listenRanges: LISTEN_RANGES, listenLimit: LISTEN_LIMIT };
}

/**
 * A router ID is 32 bits, written as an IPv4 address (RFC 4271, section 4.2). An IPv6 address is
 * folded into one.
 */
export function toRouterId(address: string): string {
  if (!address.includes(":")) return address;
  let hash = 0x811c9dc5; // FNV-1a
  for (const char of address) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return [24, 16, 8, 0].map((shift) => (hash >>> shift) & 255).join(".");
}
