// The node's facts: learned, and written for the plugin.
import { run } from "../shared/process/exec.ts";
import { must } from "../shared/process/must.ts";
import { updateFile } from "../shared/files.ts";
import { type NodeFacts, renderNodeFacts } from "../shared/lan/node_facts.ts";
import { netnsId } from "../shared/lan/lan_netns.ts";
import { NODE_FACTS_FILE } from "../shared/lan/paths.ts";
import { findUnderlay, type Underlay } from "../shared/lan/underlay.ts";
import type { Settings } from "./settings.ts";

/**
 * Finds the facts. This program runs in the node's network namespace (hostNetwork).
 * @throws {FaultError} when the node has no such address
 */
export async function learnNodeFacts(settings: Settings): Promise<NodeFacts> {
  const underlay = await learnUnderlay(settings);
  const own = await must("tell the node's network namespace", {
    argv: ["stat", "--dereference", "--format=%i", "/proc/self/ns/net"],
  });
  return {
    v: 1,
    ...underlay,
    vxlanPort: settings.vxlanPort,
    nodeNetns: netnsId(Number(own.stdout)),
  };
}

/**
 * The part of the facts that may change.
 * @throws {FaultError} when the node has no such address
 */
export async function learnUnderlay(
  { underlay: device, nodeIp: address, mtu }: Settings,
): Promise<Underlay> {
  const underlay = await findUnderlay(run, {
    ...(device === undefined ? {} : { device }),
    ...(address === undefined ? {} : { address }),
  });
  return { vtep: underlay.vtep, mtu: mtu ?? underlay.mtu };
}

/** From now on the plugin answers. */
export function writeNodeFacts(facts: NodeFacts): Promise<"updated" | "unchanged"> {
  return updateFile(NODE_FACTS_FILE, renderNodeFacts(facts), 0o600);
}
