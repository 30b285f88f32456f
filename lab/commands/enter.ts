// The commands `lab exec` and `lab connect`: programs in a device or on a node of a lab that is up.
import type { Command } from "commander";
import { PROGRAM_DIRS } from "../../shared/process/command.ts";
import { findPackage } from "../programs/debian_packages.ts";
import { refreshDevices } from "../running/refresh.ts";
import { findEntry } from "../running/find.ts";
import { findNamed, type Named, namedCommand } from "./arguments.ts";
import { runAttended, type Session } from "./terminal.ts";
import { openWindows, requireTmux } from "./windows.ts";

export function addExec(program: Command, terminal: Session): void {
  const description = "run a command in a device or on a node (rr, n1, ...) of a lab that is up";
  namedCommand(program, terminal, "exec", description)
    .argument("<device>").argument("<command...>").passThroughOptions()
    .action(async (device: string, words: string[], named: Named) => {
      const lab = await findNamed(named, terminal);
      const { argv, env } = await findEntry(lab, device);
      await refreshDevices(lab);
      const code = await runAttended({ terminal, argv: [...argv, ...toCommand(words)], env });
      const hint = code === NOT_FOUND ? await explainMissing(words[0] ?? "", terminal) : undefined;
      if (hint !== undefined) terminal.warn(hint);
    });
}

/** The exit code of env(1) for a program that is not there. */
const NOT_FOUND = 127;

/** Says which package has a program that this machine does not have. */
async function explainMissing(
  program: string,
  { self }: Pick<Session, "self">,
): Promise<string | undefined> {
  const debianPackage = findPackage(program);
  const places = PROGRAM_DIRS.map((dir) => `${dir}/${program}`);
  const found = await Promise.all(places.map((path) => Deno.lstat(path).catch(() => undefined)));
  if (debianPackage === undefined || found.some((one) => one !== undefined)) return undefined;
  return `The Debian package ${debianPackage} has it: ${self} install ${program}`;
}

/** A bash that says which package has a program that is not found; see hints.bash. */
const BASH = ["env", "BASH_ENV=/usr/lib/megalos-lab/hints.bash", "bash", "-c"] as const;

/**
 * A single word with blanks is a line for a shell, as in Kathara (`exec pc1 "ping -c1 10.0.0.2"`).
 */
function toCommand(words: readonly string[]): readonly string[] {
  const [line = ""] = words;
  return words.length === 1 && /\s/.test(line) ? [...BASH, line] : words;
}

interface ConnectOptions extends Named {
  readonly tmux: boolean;
}

export function addConnect(program: Command, terminal: Session): void {
  const description = "open a shell in a device or on a node of a lab that is up";
  namedCommand(program, terminal, "connect", description)
    .argument("[device]")
    .option("--tmux", "open a window of tmux for each device of the lab", false)
    .action(async (device: string | undefined, { tmux, ...named }: ConnectOptions) => {
      if (tmux) await requireTmux(terminal);
      const lab = await findNamed(named, terminal);
      await refreshDevices(lab);
      if (tmux) return await openWindows(lab, terminal);
      if (device === undefined) {
        const names = lab.record.devices.map(({ name }) => name).join(", ");
        throw new Error(`Cannot connect: no device is named; it may be one of ${names}`);
      }
      const found = await findEntry(lab, device);
      await runAttended({ terminal, argv: [...found.argv, found.shell], env: found.env });
    });
}
