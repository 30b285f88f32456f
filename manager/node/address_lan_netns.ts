// Gives the LAN namespace the VTEP address, for zebra.
import { must } from "../../shared/process/must.ts";
import { argvOf, ip } from "../../shared/iproute2/words.ts";
import { inNetns } from "../../shared/process/netns.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/**
 * What zebra needs in the LAN namespace. bgpd tears a session down unless zebra knows an interface
 * with the session's local address, and next hops must resolve.
 */
export async function addressLanNetns({ vtep }: NodeFacts): Promise<void> {
  const isIpv6 = vtep.includes(":");
  const commands = [
    ip`link set dev lo up`,
    ip`address replace ${vtep}/${isIpv6 ? 128 : 32} dev lo`,
    isIpv6 ? ip`-6 route replace default dev lo` : ip`route replace default dev lo`,
  ];
  for (const command of commands) {
    await must("give the LAN namespace its address", {
      argv: inNetns(LAN_NETNS, argvOf(command)),
    });
  }
}
