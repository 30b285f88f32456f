// Pins the LAN namespace again where somebody has taken its name away.
// What lives in the namespace goes on, but nobody can enter it.
import { must } from "../../shared/process/must.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import pinNetns from "./pin_netns.sh" with { type: "text" };

/**
 * Pins the namespace that is at `netns`.
 * @throws {FaultError} when that is not permitted
 */
export async function pinAgain(netns: string): Promise<void> {
  await must(`pin ${LAN_NETNS}`, { argv: inNetns(netns, ["sh", "-c", pinNetns, "sh", LAN_NETNS]) });
}
