// Starts a device of a running lab anew, with what the lab's folder says of it now.
import { readLab } from "../conf/read_lab.ts";
import { removeSandbox, sandboxOf } from "../devices/sandbox.ts";
import { stopDevice } from "../devices/device.ts";
import { startAgain } from "../devices/start.ts";
import { isStartupError } from "../devices/startup_errors.ts";
import { PATIENCE, runStartup } from "../devices/startup.ts";
import type { FoundLab } from "./find.ts";
import { labDirOf, Recorder } from "../record.ts";
import { REFLECTOR, SWITCH } from "../cluster/underlay.ts";
import { shutDown } from "./take_down.ts";

/**
 * Ends a device in the orderly way, and starts it again on the same node. The device then has the
 * interfaces, files and startup that the lab's folder gives it now. Throws when there is no such
 * device, or when the lab was not kept.
 */
export async function restart(
  { name, record }: FoundLab,
  device: string,
  log: (line: string) => void,
): Promise<void> {
  const old = record.devices.find((one) => one.name === device);
  if (old === undefined) {
    const names = record.devices.map((one) => one.name).join(", ");
    throw new Error(`Cannot restart ${device}: it is none of ${names}`);
  }
  if (!record.kept) throw new Error(`Cannot restart ${device}: the lab is only about to start`);
  const nodes = new Map(
    record.machines.filter((machine) => ![REFLECTOR.name, SWITCH].includes(machine.name))
      .map((machine) => [machine.name, machine]),
  );
  const lab = await readLab(record.dir);
  const found = lab.devices.find((one) => one.name === device);
  if (found === undefined) {
    throw new Error(`Cannot restart ${device}: ${record.dir}/lab.conf does not have it any more`);
  }

  const node = nodes.get(old.node)!;
  await shutDown(node, old, record.hash, log);
  if (old.pid !== undefined) await stopDevice(node, old.pid);
  await removeSandbox(node, sandboxOf(old.netns));
  const recorder = new Recorder(labDirOf(name), record);
  let startup: "ok" | "errors" = "ok";
  const say = (line: string) => {
    if (isStartupError(line)) startup = "errors";
    log(`${device}: ${line}`);
  };
  const context = { nodes, recorder, say: (_: string, line: string) => say(line) };
  const running = await startAgain({ ...found, node: old.node }, context);
  await runStartup(running.entry, running.device, PATIENCE, say);
  if (found.startup) recorder.setStartup(device, startup);
}
