// The commands `lab exec` and `lab connect`: programs in a device or on a node of a lab that is up.
import type { Command } from "commander";
import { findEntry } from "../running/find.ts";
import { findNamed, type Named, namedCommand } from "./arguments.ts";
import { runAttended, type Session } from "./terminal.ts";

export function addExec(program: Command, terminal: Session): void {
  const description = "run a command in a device or on a node (rr, n1, ...) of a lab that is up";
  namedCommand(program, terminal, "exec", description)
    .argument("<device>").argument("<command...>").passThroughOptions()
    .action(async (device: string, words: string[], named: Named) => {
      const { argv, env } = await findEntry((await findNamed(named, terminal)).record, device);
      await runAttended({ terminal, argv: [...argv, ...toCommand(words)], env });
    });
}

/**
 * A single word with blanks is a line for a shell, as in Kathara (`exec pc1 "ping -c1 10.0.0.2"`).
 */
function toCommand(words: readonly string[]): readonly string[] {
  const [line = ""] = words;
  return words.length === 1 && /\s/.test(line) ? ["bash", "-c", line] : words;
}

export function addConnect(program: Command, terminal: Session): void {
  const description = "open a shell in a device or on a node of a lab that is up";
  namedCommand(program, terminal, "connect", description)
    .argument("<device>")
    .action(async (device: string, named: Named) => {
      const found = await findEntry((await findNamed(named, terminal)).record, device);
      await runAttended({ terminal, argv: [...found.argv, found.shell], env: found.env });
    });
}
