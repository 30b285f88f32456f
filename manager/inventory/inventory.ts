// What a node has, as one snapshot: commands, metrics, the uplink and the map all read this type.
import * as z from "zod";
import type { NodeEvent } from "../events/event.ts";
import { ROLES } from "../settings.ts";

/**
 * A text that somebody else has chosen. It may hold anything, so whoever shows it makes it harmless
 * (see `harmless` in `shared/harmless.ts`). Only its length is limited.
 */
const text = z.string().max(1_000);
/**
 * A shorter text, for what a worker has thousands of: it comes from a device's alias (255 bytes,
 * IFALIASZ of if.h), or is the name of a device or of a host.
 */
const name = z.string().max(255);
/** A time in UTC (RFC 3339), with milliseconds. */
const time = z.iso.datetime().max(30);
/** The kernel counts no further. Sums of larger numbers would be no numbers any more. */
const count = z.number().nonnegative().max(2 ** 64);

const node = z.object({
  /** In Kubernetes the Node's name, elsewhere the host's. */
  name: text,
  /** Its address: on a worker the VTEP. */
  address: text,
  role: z.enum(ROLES),
  /** Of the manager. */
  version: text,
  /** Whether the node can carry LANs. */
  ready: z.boolean(),
  /** Why not; empty when it can. */
  reasons: z.array(text).max(50).readonly(),
});

const session = z.object({
  /** Address of the other side. */
  peer: name,
  hostname: name.optional(),
  /** RFC 4271, section 8.2.2: "Established" when routes flow. */
  state: name,
  /** Since when the session is Established, or is not, to about a second. */
  since: time,
  prefixesReceived: count,
  prefixesSent: count,
});

/** The state of a device: "no-carrier" is up on this side alone. */
const deviceState = z.enum(["up", "no-carrier", "down"]);

const lan = z.object({
  name,
  suffix: name,
  vni: count,
  mtu: count,
  /** Name of the bridge in the LAN namespace. */
  bridge: name,
  vxlan: z.object({ device: name, state: z.enum(["up", "down", "missing"]) }),
});

export const portCounters = z.object({
  /** When they were read. */
  time,
  /** As the pod sees it: what it has received ... */
  rxBytes: count,
  rxPackets: count,
  rxDropped: count,
  rxErrors: count,
  /** ... and what it has sent. */
  txBytes: count,
  txPackets: count,
  txDropped: count,
  txErrors: count,
});

const port = z.object({
  /** Name of the port in the LAN namespace; unique on its node. */
  port: name,
  /** Of the pod, where the runtime has said it. */
  namespace: name.optional(),
  pod: name.optional(),
  /** Name of the interface in the pod. */
  interface: name.optional(),
  /** The LAN, as `NAME-SUFFIX`. */
  lan: name,
  vni: count,
  /** As ADD gave it to the interface. */
  mac: name.optional(),
  state: deviceState,
  /** Only where they were asked for: they change all the time. */
  counters: portCounters.optional(),
});

/** An event; `kind` and its figures are those of `manager/events/event.ts`. */
const event = z.looseObject({
  number: count,
  time,
  kind: text,
}).transform((one) => one as unknown as NodeEvent);

/** More ports than this are only counted. A node of Kubernetes has some hundred pods. */
export const MOST_PORTS = 5_000;
/** More LANs than this are left out. */
export const MOST_LANS = 5_000;
export const MOST_SESSIONS = 10_000;
/** Of the last events. */
export const MOST_EVENTS = 100;

export const inventory = z.object({
  /** When it was made. */
  time,
  node,
  /** FRR's daemons that answer. */
  daemons: z.array(text).max(50).readonly(),
  sessions: z.array(session).max(MOST_SESSIONS).readonly(),
  /** By VNI; a route reflector has none, and no ports. */
  lans: z.array(lan).max(MOST_LANS).readonly(),
  /** By LAN, then by pod. */
  ports: z.array(port).max(MOST_PORTS).readonly(),
  /** How many more ports there are. */
  portsLeftOut: count,
  /** The last ones, without those of level debug, the oldest first. */
  events: z.array(event).max(MOST_EVENTS).readonly(),
});

export type Inventory = Readonly<z.infer<typeof inventory>>;
export type NodeInfo = Readonly<z.infer<typeof node>>;
export type SessionInfo = Readonly<z.infer<typeof session>>;
export type LanInfo = Readonly<z.infer<typeof lan>>;
export type PortInfo = Readonly<z.infer<typeof port>>;
export type PortCounters = Readonly<z.infer<typeof portCounters>>;
