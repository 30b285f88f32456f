// The commands `lab exec` and `lab connect`: programs in a device or on a node of a lab that is up.
import type { Command } from "commander";
import { findEntry, findLab } from "../running/find.ts";
import { type Named, namedCommand } from "./arguments.ts";
import { runAttended, type Session } from "./terminal.ts";

export function addExec(program: Command, terminal: Session): void {
  const description = "run a command in a device or on a node (rr, n1, ...) of a lab that is up";
  namedCommand(program, "exec", description)
    .argument("<device>").argument("<command...>").passThroughOptions()
    .action(async (device: string, command: string[], { name }: Named) => {
      const { argv, env } = findEntry((await findLab(name)).record, device);
      await runAttended({ terminal, argv: [...argv, ...command], env });
    });
}

export function addConnect(program: Command, terminal: Session): void {
  namedCommand(program, "connect", "open a shell in a device or on a node of a lab that is up")
    .argument("<device>")
    .action(async (device: string, { name }: Named) => {
      const { argv, env, shell } = findEntry((await findLab(name)).record, device);
      await runAttended({ terminal, argv: [...argv, shell], env });
    });
}
