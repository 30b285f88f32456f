// Plans the end of ports, and of a LAN's devices when its last port goes.
import { deleteGroup, deleteLink, setGroup } from "../iproute2/commands.ts";
import type { Link } from "../iproute2/link.ts";
import type { Step } from "../steps.ts";
import { GROUP } from "./lan.ts";

/** A LAN's devices as they were found. */
export interface LanPorts {
  readonly lanNetns: string;
  readonly bridge?: Link;
  readonly vxlan?: Link;
  /** Everything on the bridge but the VXLAN device. */
  readonly ports: readonly Link[];
}

/**
 * Deletes the ports in `doomed`, and with the last one the LAN's bridge and VXLAN device. Several devices go as one link
 * group: the kernel waits once (15-90 ms) for all of them instead of once for each.
 */
export function planDeletePorts(found: LanPorts, doomed: readonly Link[]): Step[] {
  const doomedIndexes = new Set(doomed.map((link) => link.ifindex));
  const survivors = found.ports.filter((port) => !doomedIndexes.has(port.ifindex));
  const lan = survivors.length > 0 ? [] : [found.vxlan, found.bridge];
  return planDeleteDevices(
    found.lanNetns,
    [...doomed, ...lan].filter((link) => link !== undefined),
  );
}

function planDeleteDevices(netns: string, links: readonly Link[]): Step[] {
  const [only, ...others] = links;
  if (only === undefined) return [];
  if (others.length === 0) {
    return [{ netns, args: deleteLink(only.ifname), why: `delete ${only.ifname}` }];
  }
  const names = links.map((link) => link.ifname);
  return [
    ...names.map((name) => ({
      netns,
      args: setGroup(name, GROUP.deleted),
      why: `mark ${name} for deletion`,
    })),
    { netns, args: deleteGroup(GROUP.deleted), why: `delete ${names.join(", ")}` },
  ];
}
