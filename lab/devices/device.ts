// Starts and ends a device: its own view of the machine, and its PID 1, which outlives the rest.
import {
  NODE_BASE,
  NODE_DEVICE_ROOT,
  NODE_LAB,
  NODE_OPT,
  NODE_SHARED,
  NODE_SKELETON,
} from "../cluster/node.ts";
import { WITH_CAPABILITIES } from "../confinement/capabilities.ts";
import { confine, type Confinement } from "../confinement/confine.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { enter, type Machine } from "../machines/machine.ts";
import { withConstants } from "../../shared/process/script.ts";
import { READY } from "./fill.ts";
import init from "./init.sh" with { type: "text" };
import type { Sandbox } from "./sandbox.ts";
import startDeviceScript from "./start_device.sh" with { type: "text" };

/**
 * Starts a device in its sandbox, with room for so many bytes of files. Answers the number that the
 * device's PID 1 has on the node.
 */
export async function startDevice(
  node: Machine,
  name: string,
  sandbox: Sandbox,
  { confinement, room, labDir }: {
    readonly confinement: Confinement;
    readonly room: number;
    /** Path of the lab's folder on the machine. */
    readonly labDir: string;
  },
): Promise<number> {
  const unshare = ["unshare", "--mount", "--propagation", "private"];
  const script = ["sh", "-c", withConstants(startDeviceScript, { NODE_OPT, READY }), "sh"];
  const done = await run({
    argv: [
      ...confine(confinement),
      ...enter(node.pid),
      ...["nsenter", `--net=${sandbox.netns}`],
      ...unshare,
      ...script,
      ...[name, `${room}`, NODE_DEVICE_ROOT, NODE_BASE, NODE_SHARED, NODE_LAB, NODE_SKELETON],
      ...[sandbox.userns, init, labDir, ...WITH_CAPABILITIES],
    ],
    timeoutMs: 120_000,
  });
  const [pid, ready] = done.stdout.split("\n");
  if (done.reason !== "success" || ready !== "ready") {
    throw new Error(`Cannot start ${name}: ${describe({ ...done, argv: unshare })}`);
  }
  return Number(pid);
}

/** Ends a device by killing its PID 1, and with it all that runs in it. */
export async function stopDevice(node: Machine, pid: number): Promise<void> {
  await run({ argv: [...enter(node.pid), "kill", "-KILL", `${pid}`] });
}
