// Makes a node's inventory of what its looks have found: pure.
import type { Link } from "../../shared/iproute2/link.ts";
import { type Alias, parseAlias } from "../../shared/lan/alias.ts";
import { isSameLan, lanDevices, lanTitle } from "../../shared/lan/lan.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import type { NodeEvent } from "../events/event.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Session } from "../frr/query.ts";
import { isUp } from "../loop/news.ts";
import type { Observation } from "../loop/observation.ts";
import {
  type Inventory,
  type LanInfo,
  MOST_EVENTS,
  MOST_LANS,
  MOST_PORTS,
  type NodeInfo,
  type PortInfo,
  type SessionInfo,
} from "./inventory.ts";

/** What an inventory is made of. */
export interface Found {
  /** Now, in ms since 1970. */
  readonly now: number;
  readonly node: NodeInfo;
  readonly seen: Pick<Observation, "daemons" | "sessions">;
  /** How long ago (ms) FRR was asked for that. */
  readonly age: number;
  readonly devices: LanDevicesOnNode;
  readonly events: readonly NodeEvent[];
}

/** @param before the inventory of the look before: the times of its sessions stay */
export function buildInventory(found: Found, before?: Inventory): Inventory {
  const { now, node, seen: { daemons, sessions }, age, devices, events } = found;
  return {
    time: new Date(now).toISOString(),
    node,
    daemons,
    sessions: sessions.map((one) => describeSession(one, now - age, before?.sessions ?? []))
      .toSorted((one, other) => compare(one.peer, other.peer)),
    ...describeDevices(devices),
    events: events.slice(-MOST_EVENTS),
  };
}

type Described = Pick<Inventory, "lans" | "ports" | "portsLeftOut">;

/** An inventory is made at each look, and thousands of devices change seldom. */
const DESCRIBED = new WeakMap<LanDevicesOnNode, Described>();

function describeDevices(devices: LanDevicesOnNode): Described {
  const known = DESCRIBED.get(devices);
  if (known !== undefined) return known;
  const ports = describePorts(devices);
  const described = {
    lans: describeLans(devices).slice(0, MOST_LANS),
    ports: ports.slice(0, MOST_PORTS),
    portsLeftOut: Math.max(0, ports.length - MOST_PORTS),
  };
  DESCRIBED.set(devices, described);
  return described;
}

/** FRR counts whole seconds, and a look takes some time. */
const ABOUT_MS = 2_500;

function describeSession(
  { uptimeMs, ...session }: Session,
  askedAt: number,
  before: readonly SessionInfo[],
): SessionInfo {
  const was = before.find(({ peer }) => peer === session.peer);
  const isSame = was !== undefined && isUp(was) === isUp(session);
  // bgpd has no time for a session that has never been Established.
  const since = isUp(session) || uptimeMs > 0 || !isSame
    ? askedAt - uptimeMs
    : Date.parse(was.since);
  const isAbout = isSame && Math.abs(Date.parse(was.since) - since) < ABOUT_MS;
  return { ...session, since: isAbout ? was.since : new Date(since).toISOString() };
}

/** Devices of LANs, the nodes' own left out. */
function findSigned(links: readonly Link[]): { readonly link: Link; readonly alias: Alias }[] {
  return links.flatMap((link) => {
    const alias = parseAlias(link.alias);
    return alias === undefined || isSameLan(alias.lan, NODES_LAN) ? [] : [{ link, alias }];
  });
}

function describeLans({ bridges, vxlans }: LanDevicesOnNode): LanInfo[] {
  const byName = new Map(vxlans.map((link) => [link.ifname, link]));
  return findSigned(bridges).map(({ link, alias: { lan } }): LanInfo => {
    const device = lanDevices(lan).vxlan;
    const vxlan = byName.get(device);
    const state = vxlan === undefined ? "missing" : vxlan.up ? "up" : "down";
    return { ...lan, mtu: link.mtu, bridge: link.ifname, vxlan: { device, state } };
  }).toSorted(compareLans);
}

/** Ports that are on a bridge; those of a pod that is being deleted are on none. */
function describePorts({ ports }: LanDevicesOnNode): PortInfo[] {
  const signed = findSigned(ports).filter(({ link }) => link.master !== undefined);
  return signed.map(({ link, alias: { lan, owner } }): PortInfo => {
    const [namespace, pod] = owner?.pod?.split("/", 2) ?? [];
    return {
      port: link.ifname,
      ...(namespace !== undefined && pod !== undefined && { namespace, pod }),
      ...(owner !== undefined && { interface: owner.ifname }),
      lan: lanTitle(lan),
      vni: lan.vni,
      ...(owner?.mac !== undefined && { mac: owner.mac }),
      state: !link.up ? "down" : link.carrier ? "up" : "no-carrier",
    };
  }).toSorted(comparePorts);
}

/** By LAN, then by what people call the port. */
export function comparePorts(one: PortInfo, other: PortInfo): number {
  return one.vni - other.vni || compare(titleOf(one), titleOf(other)) ||
    compare(one.port, other.port);
}

/** By VNI; two LANs may have one VNI for a moment. */
export function compareLans(one: LanInfo, other: LanInfo): number {
  return one.vni - other.vni || compare(one.bridge, other.bridge);
}

/** What people call a port: `NAMESPACE/POD INTERFACE`, or its name where nothing else is known. */
export function titleOf({ port, namespace, pod, interface: ifname }: PortInfo): string {
  if (ifname === undefined) return port;
  return pod === undefined ? `${port} ${ifname}` : `${namespace}/${pod} ${ifname}`;
}

export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
