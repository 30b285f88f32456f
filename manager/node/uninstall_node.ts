// Takes back what install and calls have left on a node: plugin, LAN namespace, files in /run.
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { deleteDevices } from "../../shared/lan/lan_ports.ts";
import { listUnborn, planRemoveUnborn } from "../../shared/lan/unborn_vxlan.ts";
import { converse, run } from "../../shared/process/exec.ts";
import { systemHost } from "../../shared/system_host.ts";
import { must } from "../../shared/process/must.ts";
import { hasNetns } from "../../shared/lan/lan_netns.ts";
import { lock } from "../../shared/lan/lock.ts";
import { LAN_NETNS, RUN_DIR } from "../../shared/lan/paths.ts";
import { PLUGIN_BINARY } from "../calls/launcher.ts";
import { ALIVE_FILE } from "../calls/protocol.ts";
import { listLans } from "../lans/list_lans.ts";
import type { Tell } from "../events/event.ts";
import type { Settings } from "../settings.ts";
import { REMOVE_FILTER, TABLE } from "../underlay/filter.ts";
import { findFilter, systemFilterHost } from "../underlay/filter_host.ts";
import removePin from "./remove_pin.sh" with { type: "text" };

const LIMIT_MS = 5_000;

/**
 * What `manager uninstall` does. When it is run again it finds nothing more to do.
 * @throws {Error} while a manager runs, or a pod is on a LAN: the pod's runtime will yet call the
 * plugin to delete the attachment
 */
export async function uninstallNode(
  { cniBinDir }: Pick<Settings, "cniBinDir">,
  tell: Tell,
): Promise<void> {
  using _noManager = await lockOutManager();
  if (await hasNetns(run, LAN_NETNS)) await assertNoPods();
  await must("uninstall", {
    argv: ["unshare", "--mount", "--", "sh", "-c", removePin, "sh", LAN_NETNS],
  });
  if (await removeFilter()) tell({ kind: "uninstalled", what: `nftables' table ${TABLE}` });
  tell({ kind: "uninstalled", what: `LAN namespace ${LAN_NETNS}` });
  await removeAllUnborn();
  // The launcher goes first: it never stands alone.
  for (const file of ["megalos", PLUGIN_BINARY]) {
    await must("uninstall", { argv: ["rm", "--force", "--", `${cniBinDir}/${file}`] });
  }
  tell({ kind: "uninstalled", what: `plugin in ${cniBinDir}` });
  await must("uninstall", { argv: ["rm", "--recursive", "--force", "--", RUN_DIR] });
  tell({ kind: "uninstalled", what: RUN_DIR });
}

/** Answers whether there was one; where nft cannot work there was none. */
async function removeFilter(): Promise<boolean> {
  if (await findFilter(run) === undefined) return false;
  await systemFilterHost.apply(REMOVE_FILTER);
  return true;
}

/** Deletes what killed calls have left in the node's namespace. */
async function removeAllUnborn(): Promise<void> {
  const host = systemHost();
  const kernel = openKernel(converse, () => LIMIT_MS);
  await using _sessions = { [Symbol.asyncDispose]: () => kernel.close() };
  const links = await listUnborn(kernel, host);
  await deleteDevices(kernel, planRemoveUnborn(host.nodeNetns, links));
}

async function lockOutManager(): Promise<Disposable | undefined> {
  try {
    await Deno.stat(ALIVE_FILE);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return await lock(ALIVE_FILE, { timeoutMs: LIMIT_MS });
  } catch (cause) {
    throw new Error("Cannot uninstall: a manager is running on this node", { cause });
  }
}

async function assertNoPods(): Promise<void> {
  const ports = (await listLans(run)).flatMap(({ ports }) => ports);
  if (ports.length === 0) return;
  const owners = new Set(ports.map(({ pod, name }) => pod ?? name));
  throw new Error(`Cannot uninstall: pods are on LANs of this node: ${[...owners].join(", ")}`);
}
