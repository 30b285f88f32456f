// A device's own view of the machine: the host's files below, its own writes above, its own PID 1.
import { NODE_DEVICE_ROOT, NODE_LAB, NODE_SHARED, NODE_SKELETON } from "../cluster/node.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { withConstants } from "../../shared/process/script.ts";
import { enter, type Machine } from "../machines/machine.ts";
import startDeviceScript from "./start_device.sh" with { type: "text" };

/** Where a device finds the lab's scripts, its own and the shared ones; bash names the files in its messages. */
export const DEVICE_SCRIPTS = "/hostlab";

/** Starts a device in its sandbox's network namespace; answers its PID 1 as the node numbers it. */
export async function startDevice(node: Machine, name: string, netns: string): Promise<number> {
  const unshare = ["unshare", "--mount", "--uts", "--ipc", "--propagation", "private"];
  const script = ["sh", "-c", withConstants(startDeviceScript, { DEVICE_SCRIPTS }), "sh"];
  const done = await run({
    argv: [
      ...enter(node.pid),
      ...["nsenter", `--net=${netns}`],
      ...unshare,
      ...script,
      ...[name, NODE_DEVICE_ROOT, NODE_SHARED, NODE_LAB, NODE_SKELETON],
    ],
  });
  if (done.reason !== "success") {
    throw new Error(`Cannot start ${name}: ${describe({ ...done, argv: unshare })}`);
  }
  return Number(done.stdout);
}

/** Ends a device by killing its PID 1, and with it all that runs in it. */
export async function stopDevice(node: Machine, pid: number): Promise<void> {
  await run({ argv: [...enter(node.pid), "kill", "-KILL", `${pid}`] });
}
