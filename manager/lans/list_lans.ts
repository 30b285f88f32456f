// The LANs of this node as the kernel has them.
import { listLinks } from "../../shared/iproute2/list.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { parseAlias, type PortOwner } from "../../shared/lan/alias.ts";
import { isSameLan, type Lan } from "../../shared/lan/lan.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import type { Run } from "../../shared/process/exec.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/** All devices of the LAN namespace. */
export interface LanDevicesOnNode {
  readonly bridges: readonly Link[];
  readonly vxlans: readonly Link[];
  readonly ports: readonly Link[];
}

/** A LAN's bridge and who is on it. */
export interface LanOnNode {
  readonly lan: Lan;
  readonly bridge: string;
  readonly ifindex: number;
  readonly mtu: number;
  readonly ports: readonly (Partial<PortOwner> & { readonly name: string })[];
}

export async function listDevices(run: Run): Promise<LanDevicesOnNode> {
  const kinds = ["bridge", "veth", "vxlan"] as const;
  const [bridges, ports, vxlans] = await listLinks(run, LAN_NETNS, kinds);
  return { bridges, vxlans, ports };
}

/** All that tells which LANs there are. */
type BridgesAndPorts = Pick<LanDevicesOnNode, "bridges" | "ports">;

/** All LANs that are signed by an alias, with their ports; the nodes' own is left out. */
export function findLans({ bridges, ports }: BridgesAndPorts): LanOnNode[] {
  const byMaster = Map.groupBy(ports, (port) => port.master);
  return bridges.flatMap(({ alias, ifname, ifindex, mtu }) => {
    const lan = parseAlias(alias)?.lan;
    if (lan === undefined || isSameLan(lan, NODES_LAN)) return [];
    const joined = (byMaster.get(ifname) ?? []).map((port) => ({
      name: port.ifname,
      ...parseAlias(port.alias)?.owner,
    }));
    return [{ lan, bridge: ifname, ifindex, mtu, ports: joined }];
  });
}

export async function listLans(run: Run): Promise<LanOnNode[]> {
  const [bridges, ports] = await listLinks(run, LAN_NETNS, ["bridge", "veth"]);
  return findLans({ bridges, ports });
}
