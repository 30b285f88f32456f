// Runs a device's startup script and hands on what it says, line by line.
import { converse } from "../../shared/exec.ts";
import type { Machine } from "../machines/machine.ts";
import { enterDevice, startupPath } from "./device.ts";

/** How long a lab waits for its startups; one that takes longer goes on beside the checks. */
const PATIENCE_SECONDS = 60;
/** What timeout(1) ends with when time is up. */
const OVERDUE = 124;

/**
 * Arguments: script, seconds. What a startup leaves running holds the log, not our pipe; tail(1) ends with the startup, which
 * stays when tail's time is up.
 */
const RUN_AND_FOLLOW = `
log=/var/log/startup.log
bash "$1" >"$log" 2>&1 </dev/null &
timeout "$2" tail --quiet --follow --lines=+1 --sleep-interval=0.1 --pid="$!" "$log" || exit
wait "$!"
`;

/** Runs the startup of a device; answers how it ended, in words, or undefined when all is well. */
export async function runStartup(
  node: Machine,
  pid: number,
  device: string,
  say: (line: string) => void,
): Promise<string | undefined> {
  const script = ["sh", "-c", RUN_AND_FOLLOW, "sh", startupPath(device), `${PATIENCE_SECONDS}`];
  const talk = converse({
    argv: [...enterDevice(node, pid), ...script],
    env: { HOME: "/root", USER: "root" },
    timeoutMs: (PATIENCE_SECONDS + 30) * 1000,
  });
  if (talk === undefined) throw new Error("Cannot run startups: nsenter is not installed");
  let line: string | undefined;
  while ((line = await talk.readLine("stdout")) !== undefined) say(line);
  const { code, stderr } = await talk.end();
  if (stderr.trim() !== "") say(stderr.trim());
  switch (code) {
    case 0:
      return undefined;
    case OVERDUE:
      return `its startup still runs after ${PATIENCE_SECONDS} s`;
    default:
      return `its startup ended with ${code ?? "a signal"}`;
  }
}
