// Takes a lab down: detaches its interfaces where there is time for it, then ends everything by ending its machines.
import { DEVICES_AT_A_TIME } from "./devices/start.ts";
import { detach } from "./devices/attach.ts";
import { type LabRecord, LABS_DIR } from "./lab_record.ts";
import { killAndAwait, selectLiving } from "./machines/processes.ts";
import { mapAtMost } from "./pool.ts";

/** Calls DEL for every attachment, each device's last one first; answers what failed, one line each. */
export async function detachAll({ hash, machines, devices }: LabRecord): Promise<string[]> {
  const nodes = new Map((await selectLiving(machines)).map((machine) => [machine.name, machine]));
  const troubles: string[] = [];
  await mapAtMost(DEVICES_AT_A_TIME, devices, async (device) => {
    const node = nodes.get(device.node);
    if (node === undefined) return;
    for (const attachment of device.attachments.toReversed()) {
      await detach(node, device, hash, attachment)
        .catch((error: Error) => troubles.push(`${device.name}: ${error.message}`));
    }
  });
  return troubles;
}

/**
 * Kills every PID 1, with which the kernel ends all that is in its namespaces: processes, mounts, links. Then removes the lab's
 * directory. Right at any moment and however often; `record` is undefined where nothing had been started.
 */
export async function endLab(labDir: string, record: LabRecord | undefined): Promise<void> {
  await killAndAwait(record?.machines ?? []);
  await Deno.remove(labDir, { recursive: true }).catch(ignoreMissing);
  // The directory of all labs goes with the last one.
  await Deno.remove(LABS_DIR).catch(() => {});
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
