// A machine of the lab: namespaces that live as long as one process, their PID 1.
import { type Argv, describe } from "../../shared/process/command.ts";
import { converse } from "../../shared/process/exec.ts";
import hold from "./hold.sh" with { type: "text" };
import { parseStat, type Process } from "./processes.ts";

/** A node, the reflector or the switch. These are the facts needed to enter and to end it. */
export interface Machine extends Process {
  readonly name: string;
}

/**
 * The command line that starts a machine. The first line of its stdout is the stat(5) of PID 1, and
 * it goes on when it reads a line.
 */
export function machineCommand(script: string, args: readonly string[]): Argv {
  return ["setsid", ...UNSHARE, "sh", "-c", hold + script, "sh", ...args];
}

const UNSHARE = [
  ...["unshare", "--net", "--mount", "--pid", "--uts", "--ipc"] as const,
  ...["--propagation", "private"],
] as const;

/**
 * Makes a machine. `record` is called with the machine as soon as there is something to kill, and
 * must have written it down when it returns. `script` (sh, with positional arguments) then
 * furnishes the machine from inside.
 */
export async function startMachine(
  name: string,
  script: string,
  args: readonly string[],
  record: (machine: Machine) => void,
): Promise<Machine> {
  const talk = converse({ argv: machineCommand(script, args) });
  if (talk === undefined) throw new Error(`Cannot start ${name}: setsid is not installed`);
  const init = parseStat(await talk.readLine("stdout") ?? "");
  if (init !== undefined) {
    try {
      record({ name, ...init });
    } catch (error) {
      // The script was not told to go on, so the end of its input ends the machine.
      await talk.end();
      throw error;
    }
    await talk.write("go\n");
  }
  const done = await talk.end();
  if (init === undefined || done.reason !== "success") {
    throw new Error(`Cannot start ${name}: ${describe({ ...done, argv: [...UNSHARE] })}`);
  }
  return { name, ...init };
}

/** The beginning of a command line that runs in all namespaces of the process with this number. */
export function enter(pid: number): Argv {
  return ["nsenter", `--target=${pid}`, "--mount", "--net", "--uts", "--ipc", "--pid"];
}
