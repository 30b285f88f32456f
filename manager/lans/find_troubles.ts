// What is wrong with the devices of the LAN namespace: pure, told by what was listed.
import type { Link } from "../../shared/iproute2/link.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { GROUP, type Lan, lanDevices } from "../../shared/lan/lan.ts";
import type { LanDevicesOnNode } from "./list_lans.ts";

/** A LAN that has pods and does not carry their frames. */
export interface BrokenLan {
  readonly lan: Lan;
  /** What is wrong, such as "its bridge is gone". */
  readonly why: string;
  readonly ports: readonly Link[];
}

export interface Troubles {
  readonly broken: readonly BrokenLan[];
  /** Devices of no LAN: a call was killed before it had signed them, or while it deleted them. */
  readonly strays: readonly Link[];
}

/** A call at work causes some for a moment: whoever mends looks again under the LAN's lock. */
export function findTroubles({ bridges, vxlans, ports }: LanDevicesOnNode): Troubles {
  const used = groupByLan(ports.filter(isSigned));
  const byName = new Map([...bridges, ...vxlans].map((link) => [link.ifname, link]));
  // Devices that are a LAN's by their name: of one with pods, or with a bridge that may be empty.
  const bridgesInUse = [
    ...used.map(({ lan }) => lanDevices(lan).bridge),
    ...bridges.filter(isSigned).map(({ ifname }) => ifname),
  ];
  const named = new Set(bridgesInUse.flatMap((bridge) => [bridge, bridge.slice("kt-".length)]));
  const isMarked = ({ group }: Link) => group === GROUP.deleted;
  return {
    broken: used.flatMap((one) => {
      const why = findFault(one.lan, one.ports, (name) => byName.get(name));
      return why === undefined ? [] : [{ ...one, why }];
    }),
    strays: [
      ...[...bridges, ...vxlans].filter((link) => !named.has(link.ifname) || isMarked(link)),
      ...ports.filter((port) => !isSigned(port)),
    ],
  };
}

/** Whether a device says whose it is, and is not about to be deleted. */
function isSigned({ alias, group }: Link): boolean {
  return parseAlias(alias) !== undefined && group !== GROUP.deleted;
}

function groupByLan(ports: readonly Link[]): { readonly lan: Lan; readonly ports: Link[] }[] {
  const lans = new Map<string, { lan: Lan; ports: Link[] }>();
  for (const port of ports) {
    const lan = parseAlias(port.alias)?.lan;
    if (lan === undefined) continue;
    const { bridge } = lanDevices(lan);
    const known = lans.get(bridge) ?? { lan, ports: [] };
    known.ports.push(port);
    lans.set(bridge, known);
  }
  return [...lans.values()];
}

/** The first thing that keeps a LAN's frames from its pods; undefined when nothing does. */
export function findFault(
  lan: Lan,
  ports: readonly Link[],
  find: (name: string) => Link | undefined,
): string | undefined {
  const names = lanDevices(lan);
  const [bridge, vxlan] = [find(names.bridge), find(names.vxlan)];
  if (bridge === undefined) return "its bridge is gone";
  if (vxlan === undefined) return "its VXLAN device is gone";
  if (vxlan.master !== names.bridge) return "its VXLAN device is not a port of its bridge";
  if (!bridge.altnames.includes(names.byName)) return "its bridge has lost its name";
  if (parseAlias(bridge.alias) === undefined) return "its bridge has lost its alias";
  if (!bridge.up) return "its bridge is down";
  if (!vxlan.up) return "its VXLAN device is down";
  const port = ports.find(({ master, up }) => master !== names.bridge || !up);
  if (port === undefined) return undefined;
  return port.up ? `port ${port.ifname} has left its bridge` : `port ${port.ifname} is down`;
}
