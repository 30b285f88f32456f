// Gives the VXLAN devices the node's address where they still have one that it has no more.
import { run } from "../../shared/process/exec.ts";
import { deleteLink, setVxlanLocal, showKind } from "../../shared/iproute2/commands.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { findAddresses } from "../../shared/lan/underlay.ts";
import { isMissingDevice } from "../../shared/iproute2/messages.ts";

/**
 * Answers how many it has moved. Another address that the node does have stays: a LAN's `master`
 * may have asked for it. The kernel moves no device to the other address family: such a device is
 * deleted, and the LAN is then found broken, and mended.
 */
export async function moveVteps(kernel: Kernel, { vtep }: NodeFacts): Promise<number> {
  const own = new Set([vtep, ...await findAddresses(run)]);
  const vxlans = await kernel.show(LAN_NETNS, [showKind("vxlan")]);
  const stale = vxlans.filter(({ vxlan }) => vxlan?.local !== undefined && !own.has(vxlan.local));
  for (const { ifname, vxlan } of stale) {
    const isOfFamily = vxlan?.local?.includes(":") === vtep.includes(":");
    const change = isOfFamily ? setVxlanLocal(ifname, vtep) : deleteLink(ifname);
    const failure = await kernel.apply(LAN_NETNS, change);
    if (failure !== undefined && !isMissingDevice(failure)) {
      throw new Error(`Cannot move ${ifname} to ${vtep}: ${failure.stderr}`);
    }
  }
  return stale.length;
}
