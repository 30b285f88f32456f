// Whose series the devices of a node are: pure, made anew only when the devices have changed.
import type { Link } from "../../shared/iproute2/link.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { isSameLan, type Lan, lanDevices, lanTitle } from "../../shared/lan/lan.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import { type Labels, MOST } from "./row.ts";

/** A device's name, and the labels of its series: no two devices have the same ones. */
export interface LabelledDevice {
  readonly name: string;
  readonly labels: Labels;
}

export interface LabelledLan extends LabelledDevice {
  /** How many ports it has. */
  readonly ports: number;
}

export interface LabelledDevices {
  /** By their bridges. */
  readonly lans: readonly LabelledLan[];
  readonly lansLeftOut: number;
  readonly ports: readonly LabelledDevice[];
  readonly portsLeftOut: number;
  readonly vxlans: readonly LabelledDevice[];
}

export const NO_DEVICES: LabelledDevices = {
  ...{ lans: [], lansLeftOut: 0, ports: [], portsLeftOut: 0, vxlans: [] },
};

/**
 * The oldest come first, so what is left out are the newest. The nodes' own LAN is not told.
 */
export function describeDevices({ bridges, vxlans, ports }: LanDevicesOnNode): LabelledDevices {
  const signed = (links: readonly Link[]) =>
    links.toSorted((one, other) => one.ifindex - other.ifindex).flatMap((link) => {
      const alias = parseAlias(link.alias);
      return alias === undefined || isSameLan(alias.lan, NODES_LAN) ? [] : [{ link, alias }];
    });
  const counts = Map.groupBy(ports, ({ master }) => master);
  const lans = unique(
    signed(bridges).map(({ link, alias }): LabelledLan => ({
      name: link.ifname,
      labels: labelsOf(alias.lan),
      ports: counts.get(link.ifname)?.length ?? 0,
    })),
  );
  // A port that is on no bridge is about to be deleted.
  const joined = signed(ports).filter(({ link }) => link.master !== undefined);
  const owned = unique(joined.map(({ link, alias }) => {
    const [namespace = "", pod = link.ifname] = alias.owner?.pod?.split("/", 2) ?? [];
    const labels = { ...labelsOf(alias.lan), namespace, pod, interface: alias.owner?.ifname ?? "" };
    return { name: link.ifname, labels };
  }));
  const tunnels = unique(
    signed(vxlans).filter(({ link, alias }) => lanDevices(alias.lan).vxlan === link.ifname)
      .map(({ link, alias }) => ({ name: link.ifname, labels: labelsOf(alias.lan) })),
  );
  return {
    lans: lans.slice(0, MOST.lans),
    lansLeftOut: Math.max(0, lans.length - MOST.lans),
    ports: owned.slice(0, MOST.ports),
    portsLeftOut: Math.max(0, owned.length - MOST.ports),
    vxlans: tunnels.slice(0, MOST.lans),
  };
}

function labelsOf(lan: Lan): { readonly lan: string; readonly vni: string } {
  return { lan: lanTitle(lan), vni: `${lan.vni}` };
}

/**
 * Prometheus takes no two samples of one series. A pod that was made again may still have its
 * earlier port, and the newer port counts.
 */
function unique<T extends LabelledDevice>(devices: readonly T[]): T[] {
  return [...new Map(devices.map((one) => [JSON.stringify(one.labels), one])).values()];
}
