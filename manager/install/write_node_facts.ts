// Learns the node's facts, writes them for the plugin, and gives the LAN namespace the VTEP address.
import { describe } from "../../shared/command.ts";
import { run } from "../../shared/exec.ts";
import { updateFile } from "../../shared/files.ts";
import { inNetns } from "../../shared/iproute2/session.ts";
import { netnsId, type NodeFacts, renderNodeFacts } from "../../shared/lan/node_facts.ts";
import { LAN_NETNS, NODE_FACTS_FILE } from "../../shared/lan/paths.ts";
import { findUnderlay, type Underlay } from "../../shared/lan/underlay.ts";
import type { Settings } from "../settings.ts";

/** Finds the facts. This program runs in the node's network namespace (hostNetwork).
 * @throws {FaultError} when the node has no such address */
export async function learnNodeFacts(settings: Settings): Promise<NodeFacts> {
  const underlay = await learnUnderlay(settings);
  const own = await run({ argv: ["stat", "--dereference", "--format=%i", "/proc/self/ns/net"] });
  if (own.reason !== "success") {
    throw new Error(`Cannot tell the node's network namespace: ${describe(own)}`);
  }
  return {
    v: 1,
    ...underlay,
    port: settings.vxlanPort,
    nodeNetns: netnsId(Number(own.stdout)),
  };
}

/** The part of the facts that may change.
 * @throws {FaultError} when the node has no such address */
export async function learnUnderlay({ nodeIp, mtu }: Settings): Promise<Underlay> {
  const underlay = await findUnderlay(run, nodeIp === undefined ? {} : { address: nodeIp });
  return { vtep: underlay.vtep, mtu: mtu ?? underlay.mtu };
}

/** From now on the plugin answers. */
export function writeNodeFacts(facts: NodeFacts): Promise<"updated" | "unchanged"> {
  return updateFile(NODE_FACTS_FILE, renderNodeFacts(facts), 0o600);
}

/**
 * What zebra needs in the LAN namespace: bgpd tears a session down unless zebra knows an interface with its local
 * address, and next hops must resolve.
 */
export async function addressLanNetns({ vtep }: NodeFacts): Promise<void> {
  const isIpv6 = vtep.includes(":");
  const family = isIpv6 ? ["-6"] : [];
  for (
    const args of [
      ["link", "set", "dev", "lo", "up"],
      ["address", "replace", `${vtep}/${isIpv6 ? 128 : 32}`, "dev", "lo"],
      [...family, "route", "replace", "default", "dev", "lo"],
    ]
  ) {
    const done = await run({ argv: inNetns(LAN_NETNS, ["ip", ...args]) });
    if (done.reason !== "success") {
      throw new Error(`Cannot give the LAN namespace its address: ${describe(done)}`);
    }
  }
}
