// The commands `lab completions`, for a shell to learn completing, and `lab complete`, which it then asks.
import { Argument, type Command } from "commander";
import { complete } from "../completions/complete.ts";
import { listChoices } from "../completions/choices.ts";
import { renderCompletions, type Shell, SHELLS } from "../completions/scripts.ts";
import type { Session } from "./terminal.ts";

export function addCompletions(program: Command, { print, selfAnywhere }: Session): void {
  program.command("completions")
    .description("print what makes a shell complete this command's words")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action((shell: Shell) => print(renderCompletions(shell, selfAnywhere)));
}

/** Words up to the one under the cursor; prints what that one may become, a line each: word, tab, what it is. */
export function addComplete(program: Command, terminal: Session): void {
  program.command("complete", { hidden: true })
    .argument("[words...]").passThroughOptions().allowUnknownOption()
    .action(async (words: string[]) => {
      const lines = await complete(
        words,
        program,
        (kind, given) => listChoices(kind, given, terminal),
      );
      if (lines.length > 0) terminal.print(lines.join("\n"));
    });
}
