// Runs what a device runs before it ends: its own shutdown script, then the shared one.
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { DEVICE_SCRIPTS } from "./device.ts";
import type { Entry } from "./entry.ts";

const PATIENCE_SECONDS = 30;

/** Arguments: seconds, device. What a script leaves running holds the log, not our pipe. */
const RUN = `
log=/var/log/shutdown.log
timeout --signal=KILL "$1" sh -c '
for script in "$1" shared; do
  [ ! -f "${DEVICE_SCRIPTS}/$script.shutdown" ] || bash "${DEVICE_SCRIPTS}/$script.shutdown"
done
' sh "$2" >"$log" 2>&1 </dev/null
cat "$log"
`;

/** Waits for half a minute at most; answers what the scripts have said. */
export async function runShutdown({ argv, env }: Entry, device: string): Promise<string> {
  const done = await run({
    argv: [...argv, "sh", "-c", RUN, "sh", `${scaled(PATIENCE_SECONDS)}`, device],
    env,
    timeoutMs: (PATIENCE_SECONDS + 5) * 1000,
  });
  return (done.stdout + done.stderr).trim();
}
