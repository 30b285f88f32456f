// Lays a lab's files over a device's root, from inside the device.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { withConstants } from "../../shared/process/script.ts";
import type { Entry } from "./entry.ts";
import fillDeviceScript from "./fill_device.sh" with { type: "text" };

/**
 * The folder in which a device finds the lab's scripts, its own and the shared ones. The folder's
 * name shows in bash's messages.
 */
export const DEVICE_SCRIPTS = "/hostlab";

/** The folder in which the files lie ready. */
export const READY = `${DEVICE_SCRIPTS}/.ready`;

const FILL = withConstants(fillDeviceScript, { DEVICE_SCRIPTS, READY });

/**
 * Lays the files that were put ready in the device. Throws what went wrong, for instance when the
 * lab is larger than the device's room.
 */
export async function fillDevice({ argv, env }: Entry, name: string): Promise<void> {
  const done = await run({
    argv: [...argv, "bash", "-c", FILL, "bash", name],
    env,
    timeoutMs: 120_000,
  });
  if (done.reason !== "success") {
    const command = ["lay files", name];
    throw new Error(`Cannot start ${name}: ${describe({ ...done, argv: command })}`);
  }
}
