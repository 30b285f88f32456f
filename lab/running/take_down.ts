// Takes a lab down: it detaches its interfaces where there is time, then ends all its machines.
import { removeLabGroups } from "../confinement/make_cgroups.ts";
import { detach } from "../devices/attach.ts";
import { entryOf } from "../devices/entry.ts";
import { runShutdown } from "../devices/shutdown.ts";
import { DEVICES_AT_A_TIME } from "../devices/start.ts";
import { type DeviceRecord, type LabRecord, LABS_DIR } from "../record.ts";
import type { Machine } from "../machines/machine.ts";
import { killEntering } from "../machines/entering.ts";
import { killAndAwait, selectLiving } from "../machines/processes.ts";
import { mapAtMost } from "../pool.ts";
import { shortenText } from "../repeats.ts";
import { removeFolder } from "./remove_folder.ts";
import { leaveShared } from "./shared_folder.ts";

type Say = (line: string) => void;

/**
 * Shuts every device down, several at a time. Answers whether all went well, and says what did not.
 */
export async function shutDownAll(record: LabRecord, say: Say): Promise<boolean> {
  const { hash, machines, devices } = record;
  const nodes = new Map((await selectLiving(machines)).map((machine) => [machine.name, machine]));
  const results = await mapAtMost(DEVICES_AT_A_TIME, devices, async (device) => {
    const node = nodes.get(device.node);
    return node === undefined || await shutDown(node, device, hash, say);
  });
  return results.every(Boolean);
}

/**
 * Runs a device's shutdown scripts and says what they say. Then calls DEL for each attachment, the
 * last one first.
 */
export async function shutDown(
  node: Machine,
  device: DeviceRecord,
  hash: string,
  say: Say,
): Promise<boolean> {
  if (device.shutdown && device.pid !== undefined) {
    const said = await runShutdown(entryOf(node, device.pid, device), device.name);
    for (const line of shortenText(said).split("\n").filter(Boolean)) {
      say(`${device.name}: ${line}`);
    }
  }
  let well = true;
  for (const attachment of device.attachments.toReversed()) {
    await detach(node, device, hash, attachment).catch((error: Error) => {
      well = false;
      say(`${device.name}: ${error.message}`);
    });
  }
  return well;
}

/**
 * Kills every PID 1. With a PID 1 the kernel ends all that is in its namespaces: processes, mounts,
 * links. Then removes the lab's directory. This is right at any moment and however often it is
 * done. `record` is undefined where nothing had been started.
 */
export async function endLab(
  labDir: string,
  record: LabRecord | undefined,
  say: Say,
): Promise<void> {
  await killEntering(record?.machines ?? []);
  await killAndAwait(record?.machines ?? []);
  await removeLabGroups(record?.hierarchies ?? [], labDir.slice(LABS_DIR.length + 1));
  await removeFolder(labDir);
  if (record?.shared !== undefined) await leaveShared(record.shared, record.dir, say);
  // The directory of all labs is removed with the last lab.
  await Deno.remove(LABS_DIR).catch(() => {});
}
