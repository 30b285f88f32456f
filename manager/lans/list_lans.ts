// The LANs of this node as the kernel has them.
import { showKind } from "../../shared/iproute2/commands.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import { parseAlias, type PortOwner } from "../../shared/lan/alias.ts";
import type { Lan } from "../../shared/lan/lan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/** A LAN's bridge and who is on it. */
export interface LanOnNode {
  readonly lan: Lan;
  readonly bridge: string;
  readonly ifindex: number;
  readonly mtu: number;
  readonly ports: readonly (Partial<PortOwner> & { readonly name: string })[];
}

/** Lists all LANs that are signed by an alias, with their ports. */
export async function listLans(kernel: Kernel): Promise<LanOnNode[]> {
  const [bridges, ports] = [
    await kernel.show(LAN_NETNS, [showKind("bridge")]),
    await kernel.show(LAN_NETNS, [showKind("veth")]),
  ];
  const byMaster = Map.groupBy(ports, (port) => port.master);
  return bridges.flatMap(({ alias, ifname, ifindex, mtu }) => {
    const lan = parseAlias(alias)?.lan;
    if (lan === undefined) return [];
    const joined = (byMaster.get(ifname) ?? []).map((port) => ({
      name: port.ifname,
      ...parseAlias(port.alias)?.owner,
    }));
    return [{ lan, bridge: ifname, ifindex, mtu, ports: joined }];
  });
}
