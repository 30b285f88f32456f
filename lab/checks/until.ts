// Repeats a command in a device until it succeeds or its time is up.
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import type { Entry } from "../devices/entry.ts";

/** What came of it; `output` is what the last attempt said. */
export interface Outcome {
  readonly ok: boolean;
  readonly ms: number;
  readonly output: string;
}

/** Arguments: seconds, command. Runs inside the device: one process to enter it, however many attempts. */
const UNTIL = `
deadline=$(($(date +%s) + $1))
shift
until output=$(timeout "$((deadline - $(date +%s) + 1))" "$@" 2>&1 </dev/null); do
  [ "$(date +%s)" -lt "$deadline" ] || { printf '%s\\n' "$output"; exit 1; }
  sleep 1
done
`;

/** Repeats a command each second in a device, for so many seconds at most; more on a slow machine. */
export async function succeedWithin(
  seconds: number,
  entry: Entry,
  argv: readonly string[],
): Promise<Outcome> {
  const done = await run({
    argv: [...entry.argv, "sh", "-c", UNTIL, "sh", `${scaled(seconds)}`, ...argv],
    env: entry.env,
    timeoutMs: (seconds + 10) * 1000,
  });
  const output = (done.stdout + done.stderr).trim();
  return { ok: done.reason === "success", ms: Math.round(done.ms), output };
}
