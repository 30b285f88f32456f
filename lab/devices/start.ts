// Starts a lab's devices: sandbox, attachments in their order, then the device itself in them.
import type { Device, Lab } from "../conf/read_lab.ts";
import type { Attachment, DeviceRecord, Recorder } from "../lab_record.ts";
import type { Machine } from "../machines/machine.ts";
import { mapAtMost } from "../pool.ts";
import { attach, planAttachment } from "./attach.ts";
import { startDevice } from "./device.ts";
import { makeSandbox } from "./sandbox.ts";

/** A device that runs: where it does, and its PID 1 as that node numbers it. */
export interface RunningDevice {
  readonly device: Device;
  readonly node: Machine;
  readonly pid: number;
}

/** Devices are started and taken down so many at a time; a kubelet does about as much. */
export const DEVICES_AT_A_TIME = 8;

/** Starts all devices, several at a time; what is about to be made is in the record before it is. */
export async function startDevices(
  lab: Lab,
  nodes: ReadonlyMap<string, Machine>,
  recorder: Recorder,
): Promise<RunningDevice[]> {
  recorder.update({ devices: lab.devices.map(planDevice) });
  const planned = recorder.current.devices;
  return await mapAtMost(DEVICES_AT_A_TIME, lab.devices, async (device) => {
    const node = nodes.get(device.node)!;
    const plan = planned.find(({ name }) => name === device.name)!;
    await makeSandbox(node, plan.netns);
    const attachments: Attachment[] = [];
    for (const [at, attachment] of plan.attachments.entries()) {
      const wanted = device.interfaces[at]?.mac;
      attachments.push({
        ...attachment,
        mac: await attach(node, plan, lab.hash, attachment, wanted),
      });
    }
    const pid = await startDevice(node, device, plan.netns);
    recorder.replaceDevice({ ...plan, attachments, pid });
    return { device, node, pid };
  });
}

/** Identifiers as a container runtime and Kubernetes make them. */
function planDevice({ name, node, interfaces }: Device): DeviceRecord {
  const random = crypto.getRandomValues(new Uint8Array(32));
  return {
    name,
    node,
    containerId: random.toHex(),
    uid: crypto.randomUUID(),
    netns: `/run/netns/cni-${crypto.randomUUID()}`,
    attachments: interfaces.map(planAttachment),
  };
}
