// Finds out which processes live, by number and start time: numbers alone are given out again.
import { describe } from "../../shared/process/command.ts";
import { type Run, run } from "../../shared/process/exec.ts";
import { mustEnd } from "../../shared/process/must.ts";
import { scaled } from "../../shared/process/time_scale.ts";

export interface Process {
  readonly pid: number;
  /** Clock ticks since the machine's start: field 22 of proc_pid_stat(5). */
  readonly startTime: string;
}

/**
 * Reads a line of /proc/PID/stat. Answers undefined for any other text and for a process that has
 * ended.
 */
export function parseStat(line: string): Process | undefined {
  // The name in parentheses may hold anything, parentheses and blanks included.
  const end = line.lastIndexOf(")");
  const [state = "", ...fields] = line.slice(end + 1).trim().split(" ");
  const pid = parseInt(line, 10);
  const startTime = fields[18];
  // A zombie has given everything back but its number.
  if (end < 0 || startTime === undefined || "ZX".includes(state)) return undefined;
  return { pid, startTime };
}

/**
 * Selects the processes that live.
 * @throws {CutOff} when that is not told in time: not to know of a process is not that it has ended
 */
export async function selectLiving<P extends Process>(
  processes: readonly P[],
  by: Run = run,
): Promise<P[]> {
  if (processes.length === 0) return [];
  // cat(1) reads the files, because Deno reads /proc only where everything is allowed. cat goes on
  // after a missing file.
  const argv = ["cat", "--", ...processes.map(({ pid }) => `/proc/${pid}/stat`)] as const;
  const done = await mustEnd("tell which processes live", { argv }, by);
  const living = new Map(
    done.stdout.split("\n").map(parseStat).filter((found) => found !== undefined)
      .map(({ pid, startTime }) => [pid, startTime]),
  );
  return processes.filter(({ pid, startTime }) => living.get(pid) === startTime);
}

/** Finds the living process with a number. Throws when there is none. */
export async function readProcess(pid: number): Promise<Process> {
  const done = await run({ argv: ["cat", `/proc/${pid}/stat`] });
  const found = parseStat(done.stdout);
  if (found === undefined) throw new Error(`Cannot find process ${pid}: ${describe(done)}`);
  return found;
}

/**
 * Kills processes and waits until they are gone. Throws when one still exists after ten seconds.
 */
export async function killAndAwait(processes: readonly Process[]): Promise<void> {
  const deadline = performance.now() + scaled(10_000);
  let living = await selectLiving(processes);
  await kill(living);
  // A process that is no child of ours gives no event at its end that could be waited for.
  while ((living = await selectLiving(living)).length > 0) {
    if (performance.now() > deadline) {
      const pids = living.map(({ pid }) => pid).join(", ");
      throw new Error(`Cannot end process ${pids}: it is there ${scaled(10)} s after SIGKILL`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Kills by kill(1), because Deno's own kill needs leave to run any program. It is no failure when a
 * process has just ended.
 */
async function kill(processes: readonly Process[]): Promise<void> {
  if (processes.length === 0) return;
  await run({ argv: ["kill", "-KILL", "--", ...processes.map(({ pid }) => `${pid}`)] });
}
