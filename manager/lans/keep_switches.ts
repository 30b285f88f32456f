// Keeps the LAN namespace a wire: a module that is loaded later brings switches that are on.
import { run } from "../../shared/process/exec.ts";
import { resetSysctls } from "../../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Log } from "../log.ts";
import type { RepairTally } from "../repairs.ts";

/** Sets the switches again where somebody has turned them.
 * @throws {FaultError} when that is not permitted */
export async function keepSwitches(log: Log, tally: RepairTally): Promise<void> {
  const names = await resetSysctls(run, LAN_NETNS);
  if (names.length === 0) return;
  log("warn", `switches of ${LAN_NETNS} were turned, and are set again: ${names.join(", ")}`);
  tally.add("mended", names.length);
}
