// The commands `lab completions`, which teaches a shell to complete, and `lab complete`, for it.
import { Argument, type Command } from "commander";
import { complete } from "../../shared/completions/complete.ts";
import { renderCompletions, type Shell, SHELLS } from "../../shared/completions/scripts.ts";
import { LabWords } from "../completions/lab_words.ts";
import type { Session } from "./terminal.ts";

export function addCompletions(program: Command, { print, selfAnywhere }: Session): void {
  program.command("completions")
    .description("print what makes a shell complete this command's words")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action((shell: Shell) => print(renderCompletions(shell, "lab", selfAnywhere)));
}

/**
 * Takes the words up to the one under the cursor. Prints what that word may become, one choice a
 * line: the word, a tab, what the choice is.
 */
export function addComplete(program: Command, terminal: Session): void {
  program.command("complete", { hidden: true })
    .argument("[words...]").passThroughOptions().allowUnknownOption()
    .action(async (words: string[]) => {
      const lines = await complete(words, program, new LabWords(terminal));
      if (lines.length > 0) terminal.print(lines.join("\n"));
    });
}
