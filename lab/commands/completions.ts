// The command `lab completions`: what makes a shell complete the others.
import { Argument, type Command } from "commander";
import { renderCompletions, type Shell, SHELLS } from "../completions.ts";
import type { Session } from "./terminal.ts";

export function addCompletions(program: Command, { print }: Session): void {
  program.command("completions")
    .description("print a shell's function `lab` and its completions")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action((shell: Shell) =>
      print(renderCompletions(shell, program.commands.map((command) => command.name())))
    );
}
