// Gives the LAN namespace the VTEP address, for zebra.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { inNetns } from "../../shared/process/netns.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

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
