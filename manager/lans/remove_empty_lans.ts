// Looks the LANs over and removes those that stayed empty: plugins that were killed leave some, and Multus never sends GC.
import { converse } from "../../shared/exec.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { lanTitle } from "../../shared/lan/lan.ts";
import { lock, lockFile } from "../../shared/lan/lock.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { deletePorts, findPorts } from "../../shared/lan/remove_ports.ts";
import type { Log } from "../log.ts";
import { type EmptySince, nextEmptyLans } from "./empty_lans.ts";
import { listLans } from "./list_lans.ts";

const LIMIT_MS = 30_000;

/** One look; the answer is the state for the next one. */
export async function removeEmptyLans(
  since: EmptySince,
  graceMs: number,
  log: Log,
): Promise<EmptySince> {
  const kernel = openKernel(converse, () => LIMIT_MS);
  try {
    const [next, overdue] = nextEmptyLans(
      since,
      await listLans(kernel),
      performance.now(),
      graceMs,
    );
    for (const { lan } of overdue) {
      using _lan = await lock(lockFile(lan.vni), true, LIMIT_MS);
      // Observed again under the lock: a pod may have come since.
      const found = await findPorts(kernel, LAN_NETNS, lan);
      if (found.ports.length > 0) continue;
      await deletePorts(kernel, found, []);
      log("info", `LAN ${lanTitle(lan)} (VNI ${lan.vni}) removed: it had no pod`);
    }
    return next;
  } finally {
    await kernel.close();
  }
}
