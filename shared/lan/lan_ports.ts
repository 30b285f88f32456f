// Finds a LAN's ports and deletes some, with the LAN when none remains. The caller holds its lock.
import { FaultError } from "../faults.ts";
import { showLink, showPorts } from "../iproute2/commands.ts";
import type { Kernel } from "../iproute2/kernel.ts";
import type { Link } from "../iproute2/link.ts";
import { execute, faultOf, type Step } from "../steps.ts";
import { isMissingDevice } from "../iproute2/messages.ts";
import { belongsTo } from "./plan_create.ts";
import { type LanPorts, planDeletePorts } from "./plan_delete.ts";
import { type Lan, lanDevices } from "./lan.ts";

/**
 * The devices of a LAN. A device that bears one of its names and belongs to another LAN is left
 * out. `asked` is the device of the name `ask`, on whichever LAN it is.
 */
export async function findPorts(
  kernel: Kernel,
  lanNetns: string,
  lan: Lan,
  ask?: string,
): Promise<LanPorts & { readonly asked?: Link }> {
  const names = lanDevices(lan);
  const questions = [names.bridge, names.vxlan, ...(ask === undefined ? [] : [ask])];
  const links = await kernel.show(lanNetns, questions.map(showLink));
  const asked = links.find((link) => link.ifname === ask);
  const own = (name: string) => links.find((link) => link.ifname === name && belongsTo(lan, link));
  const bridge = own(names.bridge);
  const joined = bridge === undefined ? [] : await kernel.show(lanNetns, [showPorts(names.bridge)]);
  const vxlan = own(names.vxlan);
  return {
    lanNetns,
    ports: joined.filter((link) => link.ifname !== names.vxlan),
    ...(bridge !== undefined && { bridge }),
    ...(vxlan !== undefined && { vxlan }),
    ...(asked !== undefined && { asked }),
  };
}

/**
 * Deletes the ports in `doomed`. A device that vanishes meanwhile is no failure.
 * @throws {FaultError} when the kernel refuses
 */
export async function deletePorts(
  kernel: Kernel,
  found: LanPorts,
  doomed: readonly Link[],
): Promise<void> {
  await deleteDevices(kernel, planDeletePorts(found, doomed));
}

/**
 * Runs a plan of deletions. A device that is gone already is no failure.
 * @throws {FaultError} when the kernel refuses
 */
export async function deleteDevices(kernel: Kernel, steps: readonly Step[]): Promise<void> {
  const failure = await execute(steps, async (netns, change) => {
    const failure = await kernel.apply(netns, change);
    return failure === undefined || isMissingDevice(failure) ? undefined : failure;
  });
  if (failure !== undefined) throw new FaultError(faultOf(failure));
}
