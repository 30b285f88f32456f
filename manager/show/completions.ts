// The commands `manager completions`, which teaches a shell to complete, and `manager complete`.
import { Argument, type Command, type Option } from "commander";
import { complete, type Completer, isPlain, type Line } from "../../shared/completions/complete.ts";
import { renderCompletions, type Shell, SHELLS } from "../../shared/completions/scripts.ts";
import { LocalManager } from "../local/ask.ts";
import { choicesOf, ROLES } from "../settings.ts";
import { harmless } from "../../shared/harmless.ts";
import { lanRecords } from "./records.ts";

export function addCompletions(cli: Command, print: (text: string) => void): void {
  cli.command("completions").description("print what makes a shell complete this command's words")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action((shell: Shell) => print(renderCompletions(shell, "manager") + "\n"));
  cli.command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => {
      const lines = await complete(words, cli, manager);
      if (lines.length > 0) print(lines.join("\n") + "\n");
    });
}

const manager: Completer = {
  hasGlobalOptions: true,
  value: ({ flags }: Option) => Promise.resolve(choicesOf(flags) ?? pathsOf(flags)),
  argument: async (argument): Promise<readonly Line[]> => {
    if (argument.name() === "role") return ROLES;
    return argument.name() === "lan" ? await listLans() : [];
  },
};

/** What the shell completes where a setting is a path. */
function pathsOf(flags: string): readonly Line[] {
  if (flags.endsWith("<dir>")) return [":dirs"];
  return flags.endsWith("<path>") ? [":files"] : [];
}

/** None where the manager does not answer, because whoever completes wants no errors. */
async function listLans(): Promise<Line[]> {
  try {
    using manager = await LocalManager.find();
    const lans = lanRecords(await manager.view(false));
    return lans.map(({ name, suffix, vni }) => {
      const title = `${name}-${suffix}`;
      return isPlain(title) ? `${title}\tVNI ${vni}` : `${vni}\t${harmless(title)}`;
    });
  } catch {
    return [];
  }
}
