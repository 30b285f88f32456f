// What is wrong with the devices of the LAN namespace: pure, told by what was listed.
import type { Link } from "../../shared/iproute2/link.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { commonMtu, type FoundDevices, inspectLan } from "../../shared/lan/inspect_lan.ts";
import { GROUP, isPortName, type Lan, lanDevices, vxlanOf } from "../../shared/lan/lan.ts";
import type { LanDevicesOnNode } from "./list_lans.ts";

/** A LAN that has pods on this node. */
export interface UsedLan {
  readonly lan: Lan;
  /** Host-side names of its devices: bridge, VXLAN device, ports. */
  readonly devices: ReadonlySet<string>;
  readonly ports: readonly Link[];
}

export interface Troubles {
  /** LANs that do not carry all frames, as far as a list without -details tells. */
  readonly broken: readonly UsedLan[];
  /** The other LANs with pods: whether they are right, a closer look tells. */
  readonly used: readonly UsedLan[];
  /** Devices of no LAN: a call was killed before it had signed them, or while it deleted them. */
  readonly strays: readonly Link[];
}

/** A call at work causes some for a moment: whoever mends looks again under the LAN's lock. */
export function findTroubles({ bridges, vxlans, ports }: LanDevicesOnNode): Troubles {
  const byName = new Map([...bridges, ...vxlans].map((link) => [link.ifname, link]));
  const lans = groupByLan(ports, byName);
  const inUse = new Set(lans.flatMap(({ devices }) => [...devices]));
  // An empty LAN, too, has its devices: those are known by the name of its bridge, which is signed.
  const named = new Set(
    bridges.filter(isSigned).flatMap(({ ifname }) => [ifname, vxlanOf(ifname)]),
  );
  const isStray = ({ ifname, group }: Link) =>
    !inUse.has(ifname) && (!named.has(ifname) || group === GROUP.deleted);
  const isBroken = ({ lan, ports }: UsedLan) => {
    const found = pickDevices(lan, ports, (name) => byName.get(name));
    return inspectLan(lan, found, commonMtu(found)).length > 0;
  };
  return {
    broken: lans.filter(isBroken),
    used: lans.filter((one) => !isBroken(one)),
    strays: [
      ...[...bridges, ...vxlans].filter(isStray),
      ...ports.filter((port) => !inUse.has(port.ifname)),
    ],
  };
}

/** A LAN's devices, as `find` finds them by their names. */
export function pickDevices(
  lan: Lan,
  ports: readonly Link[],
  find: (name: string) => Link | undefined,
): FoundDevices {
  const names = lanDevices(lan);
  const [bridge, vxlan] = [find(names.bridge), find(names.vxlan)];
  return {
    ports,
    ...(bridge !== undefined && { bridge }),
    ...(vxlan !== undefined && { vxlan }),
  };
}

/** Whether a device says whose it is, and is not about to be deleted. */
function isSigned({ alias, group }: Link): boolean {
  return parseAlias(alias) !== undefined && group !== GROUP.deleted;
}

/**
 * The LAN of a port: its alias says which. A port gets alias and `up` by one message, so one that
 * is up without an alias has lost it, and its bridge says which LAN it is in.
 */
function lanOfPort(port: Link, byName: ReadonlyMap<string, Link>): Lan | undefined {
  if (port.group === GROUP.deleted) return undefined;
  const lan = parseAlias(port.alias)?.lan;
  if (lan !== undefined || !port.up || !isPortName(port.ifname)) return lan;
  return parseAlias(byName.get(port.master ?? "")?.alias)?.lan;
}

function groupByLan(ports: readonly Link[], byName: ReadonlyMap<string, Link>): UsedLan[] {
  const lans = new Map<string, { lan: Lan; devices: Set<string>; ports: Link[] }>();
  for (const port of ports) {
    const lan = lanOfPort(port, byName);
    if (lan === undefined) continue;
    const { bridge, vxlan } = lanDevices(lan);
    const known = lans.get(bridge) ?? { lan, devices: new Set([bridge, vxlan]), ports: [] };
    known.ports.push(port);
    known.devices.add(port.ifname);
    lans.set(bridge, known);
  }
  return [...lans.values()];
}
