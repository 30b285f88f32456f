// A VXLAN device that is made in the node's namespace first, as Linux before 6.15 needs it.
import { isSince } from "../releases.ts";
import type { Host } from "../host.ts";
import { deleteLink, showKind, showLink } from "../iproute2/commands.ts";
import type { Kernel } from "../iproute2/kernel.ts";
import type { Link } from "../iproute2/link.ts";
import type { Step } from "../steps.ts";
import { type Lan, lanDevices } from "./lan.ts";
import { deleteDevices } from "./lan_ports.ts";

/** The first Linux that makes a device with `link-netns` in its own namespace (7ca486d08a30). */
const IN_PLACE_SINCE = [6, 15] as const;

/** The namespace that a LAN's VXLAN device is made in: its own, or the node's and then moved. */
export type Birthplace = "lan" | "node";

/** @param release what uname(2) says, such as "6.1.0-38-amd64" */
export function birthplaceOn(release: string): Birthplace {
  return isSince(release, IN_PLACE_SINCE) ? "lan" : "node";
}

/** What tells where such devices are. */
type Node = Pick<Host, "nodeNetns" | "kernelRelease">;

/**
 * Deletes the VXLAN device of an ADD that was killed before it moved the device. The caller holds
 * the lock of `lan`.
 * @throws {FaultError} when the kernel refuses
 */
export async function removeUnborn(
  kernel: Kernel,
  { nodeNetns, kernelRelease }: Node,
  lan: Lan,
): Promise<void> {
  if (birthplaceOn(kernelRelease) === "lan") return;
  const { byVni } = lanDevices(lan);
  const links = await kernel.show(nodeNetns, [showLink(byVni)]);
  await deleteDevices(kernel, planRemoveUnborn(nodeNetns, links.filter(isUnborn)));
}

/** All such devices of a node. A call at work has one for a moment. */
export async function listUnborn(
  kernel: Kernel,
  { nodeNetns, kernelRelease }: Node,
): Promise<Link[]> {
  if (birthplaceOn(kernelRelease) === "lan") return [];
  return (await kernel.show(nodeNetns, [showKind("vxlan")])).filter(isUnborn);
}

export function planRemoveUnborn(nodeNetns: string, links: readonly Link[]): Step[] {
  return links.map(({ ifname }) => ({
    netns: nodeNetns,
    change: deleteLink(ifname),
    why: `delete ${ifname} in the node's namespace`,
  }));
}

/** The device has the VNI that its name says. The names are our own, but anybody may give them. */
export function isNameOfUnborn(ifname: string | undefined, vni: number | undefined): boolean {
  return vni !== undefined && ifname === `vni~${vni}`;
}

function isUnborn({ ifname, vxlan }: Link): boolean {
  return isNameOfUnborn(ifname, vxlan?.vni);
}
