// Runs devices' startups: shared.startup, the device's own startup and the lines of `exec`.
import { converse, run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { withConstants } from "../../shared/process/script.ts";
import type { Device } from "../conf/read_lab.ts";
import { shortenRepeats } from "../repeats.ts";
import { DEVICE_SCRIPTS } from "./fill.ts";
import type { Progress } from "../progress.ts";
import type { Entry } from "./entry.ts";
import runStartupScript from "./run_startup.sh" with { type: "text" };
import type { RunningDevice } from "./start.ts";

/**
 * How long a lab waits for a startup, in seconds. A startup that takes longer goes on beside the
 * checks.
 */
export const PATIENCE = 60;
/** The exit code of timeout(1) when time is up. */
const OVERDUE = 124;

/** Kathara's own mark, for which labs wait. `lab save` looks for files that are newer. */
export const END_OF_STARTUP = "/tmp/EOS";

/** The files that hold what a startup has said. Kathara has two logs as well. */
export const STARTUP_LOGS = ["/var/log/shared.log", "/var/log/startup.log"] as const;

const RUN_STARTUP = withConstants(runStartupScript, {
  DEVICE_SCRIPTS,
  END_OF_STARTUP,
  SHARED_LOG: STARTUP_LOGS[0],
  STARTUP_LOG: STARTUP_LOGS[1],
});

/**
 * Runs all startups, and hands on what they say, line by line. Each startup begins once those that
 * it waits for have ended or have taken too long.
 */
export async function runStartups(
  running: readonly RunningDevice[],
  patience: number,
  say: (device: string, line: string) => void,
  progress: Progress,
): Promise<void> {
  const byName = new Map(running.map((one) => [one.device.name, one]));
  const begun = new Map<string, Promise<void>>();
  const begin = (name: string): Promise<void> => {
    const { device, entry } = byName.get(name)!;
    const startup = begun.get(name) ??
      Promise.all(device.after.filter((one) => byName.has(one)).map(begin)).then(() =>
        progress.track(name, runStartup(entry, device, patience, (line) => say(name, line)))
      );
    begun.set(name, startup);
    return startup;
  };
  await Promise.all(byName.keys().map(begin));
}

/** Runs the startup of one device; see {@link runStartups}. */
export async function runStartup(
  entry: Entry,
  { name, options, startup }: Device,
  patience: number,
  say: (line: string) => void,
): Promise<void> {
  if (!startup) {
    const argv = [...entry.argv, "touch", END_OF_STARTUP] as const;
    await run({ argv, env: entry.env, mayBeCut: true });
    return;
  }
  const exec = options.exec.join("\n");
  const script = ["sh", "-c", RUN_STARTUP, "sh", `${scaled(patience)}`, name, exec];
  const talk = converse({
    argv: [...entry.argv, ...script],
    env: entry.env,
    timeoutMs: (patience + 30) * 1000,
  });
  if (talk === undefined) throw new Error("Cannot run startups: nsenter is not installed");
  const shortener = shortenRepeats(say);
  let line: string | undefined;
  while ((line = await talk.readLine("stdout")) !== undefined) shortener.say(line);
  shortener.end();
  const { code, stderr } = await talk.end();
  if (stderr.trim() !== "") say(stderr.trim());
  if (code === OVERDUE) say(`its startup still runs after ${scaled(patience)} s`);
}
