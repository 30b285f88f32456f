// Starts a lab's devices: each device's sandbox, then its attachments in their order, then itself.
import { run } from "../../shared/process/exec.ts";
import type { PlacedDevice } from "../conf/placement.ts";
import type { Attachment, DeviceRecord, Recorder } from "../record.ts";
import type { Machine } from "../machines/machine.ts";
import { mapAtMost } from "../pool.ts";
import { attach, planAttachment } from "./attach.ts";
import { confineDevice } from "../confinement/prepare.ts";
import { startDevice } from "./device.ts";
import { fillDevice } from "./fill.ts";
import { type Entry, entryOf } from "./entry.ts";
import { makeSandbox, planSysctls, sandboxOf, setSysctls, splitSysctls } from "./sandbox.ts";

/** A device that runs, and the way into it. */
export interface RunningDevice {
  readonly device: PlacedDevice;
  readonly entry: Entry;
}

/** What devices need in order to start. */
export interface StartContext {
  readonly nodes: ReadonlyMap<string, Machine>;
  readonly recorder: Recorder;
  /** Takes a line of a device. */
  readonly say: (device: string, line: string) => void;
}

/** So many devices are started or taken down at a time. A kubelet does about as much. */
export const DEVICES_AT_A_TIME = 8;

/** The devices that run, and why the other devices could not be started. */
export interface StartedDevices {
  readonly running: readonly RunningDevice[];
  readonly failed: readonly { readonly device: string; readonly why: string }[];
}

/**
 * Starts all devices, several at a time. Everything is recorded before it is made. Throws once the
 * lab is taken down.
 */
export async function startDevices(
  devices: readonly PlacedDevice[],
  context: StartContext,
): Promise<StartedDevices> {
  context.recorder.update({ devices: devices.map(planDevice) });
  const started = await mapAtMost(DEVICES_AT_A_TIME, devices, async (device) => {
    try {
      return { running: await startPlanned(device, context) };
    } catch (error) {
      // A device that cannot be recorded could not be taken down by another process.
      if (context.recorder.isBroken) throw error;
      return { failed: { device: device.name, why: (error as Error).message } };
    }
  });
  return {
    running: started.flatMap(({ running }) => running ?? []),
    failed: started.flatMap(({ failed }) => failed ?? []),
  };
}

/** Starts one device in the place of one that has ended. */
export async function startAgain(
  device: PlacedDevice,
  context: StartContext,
): Promise<RunningDevice> {
  context.recorder.replaceDevice(planDevice(device));
  return await startPlanned(device, context);
}

async function startPlanned(device: PlacedDevice, context: StartContext): Promise<RunningDevice> {
  const { name, options } = device;
  const node = context.nodes.get(device.node)!;
  const { hash, ipv6, devices } = context.recorder.current;
  const plan = devices.find((one) => one.name === name)!;
  const warn = (line: string | undefined) => {
    if (line !== undefined) context.say(name, line);
  };

  const { confinement, room } = await confineDevice(context.recorder, name, options.resources);
  const sandbox = sandboxOf(plan.netns);
  const sysctls = splitSysctls(planSysctls(options.ipv6 ?? ipv6, options.sysctls));
  warn(await makeSandbox(node, sandbox, sysctls.early));
  const attachments: Attachment[] = [];
  for (const [at, attachment] of plan.attachments.entries()) {
    const mac = await attach(node, plan, hash, attachment, device.interfaces[at]?.mac);
    attachments.push({ ...attachment, mac });
  }
  warn(await setSysctls(node, plan.netns, sysctls.late));
  const labDir = context.recorder.current.dir;
  const pid = await startDevice(node, name, sandbox, { confinement, room, labDir });
  const open = (limits: readonly string[]) =>
    entryOf(node, pid, { confinement, env: options.env, limits });
  await fillDevice(open([]), name);
  // /shared has no other limit than the sizes of its files.
  const ulimits = { fsize: `${room}`, ...options.ulimits };
  const limits = await selectLimits(open, ulimits, warn);
  context.recorder.replaceDevice({ ...plan, attachments, pid, confinement, limits });
  return { device, entry: open(limits) };
}

/** Selects the limits that the device's root may set on this machine, as options of prlimit(1). */
async function selectLimits(
  open: (limits: readonly string[]) => Entry,
  ulimits: Readonly<Record<string, string>>,
  warn: (line: string) => void,
): Promise<string[]> {
  const selected: string[] = [];
  for (const [name, value] of Object.entries(ulimits)) {
    const limit = `--${name}=${value}`;
    const { argv, env } = open([limit]);
    const done = await run({ argv: [...argv, "true"], env, mayBeCut: true });
    if (done.reason === "success") selected.push(limit);
    else warn(`ulimit ${name} is not set: ${done.stderr.trim()}`);
  }
  return selected;
}

/** Plans a device's record, with identifiers as a container runtime and Kubernetes make them. */
function planDevice({ name, node, interfaces, options, shutdown }: PlacedDevice): DeviceRecord {
  const random = crypto.getRandomValues(new Uint8Array(32));
  return {
    name,
    node,
    containerId: random.toHex(),
    uid: crypto.randomUUID(),
    netns: `/run/netns/cni-${crypto.randomUUID()}`,
    confinement: { seccomp: false, procs: [] },
    env: options.env,
    limits: [],
    shell: options.shell,
    shutdown,
    attachments: interfaces.map(planAttachment),
  };
}
