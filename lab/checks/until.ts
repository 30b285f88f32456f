// Repeats a command in a device until it succeeds or its time is up.
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { shortenText } from "../repeats.ts";
import type { Entry } from "../devices/entry.ts";
import until from "./until.sh" with { type: "text" };

/** How the attempts went. `output` is what the last attempt said. */
export interface Outcome {
  readonly ok: boolean;
  readonly ms: number;
  readonly output: string;
}

/**
 * Repeats a command each second in a device, for so many seconds at most (more on a slow machine).
 * The device is entered once, however many attempts there are.
 */
export async function succeedWithin(
  seconds: number,
  entry: Entry,
  argv: readonly string[],
): Promise<Outcome> {
  const done = await run({
    argv: [...entry.argv, "sh", "-c", until, "sh", `${scaled(seconds)}`, ...argv],
    env: entry.env,
    timeoutMs: (seconds + 10) * 1000,
    mayBeCut: true,
  });
  const output = shortenText((done.stdout + done.stderr).trim());
  return { ok: done.reason === "success", ms: Math.round(done.ms), output };
}
