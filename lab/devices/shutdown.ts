// Runs what a device runs before it ends: its own shutdown script, then the shared one.
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { withConstants } from "../../shared/process/script.ts";
import type { Entry } from "./entry.ts";
import { DEVICE_SCRIPTS } from "./fill.ts";
import runShutdownScript from "./run_shutdown.sh" with { type: "text" };

const PATIENCE_SECONDS = 30;

const RUN_SHUTDOWN = withConstants(runShutdownScript, { DEVICE_SCRIPTS });

/** Runs the scripts and waits for half a minute at most. Answers what the scripts have said. */
export async function runShutdown({ argv, env }: Entry, device: string): Promise<string> {
  const done = await run({
    argv: [...argv, "sh", "-c", RUN_SHUTDOWN, "sh", `${scaled(PATIENCE_SECONDS)}`, device],
    env,
    timeoutMs: (PATIENCE_SECONDS + 5) * 1000,
    mayBeCut: true,
  });
  return (done.stdout + done.stderr).trim();
}
