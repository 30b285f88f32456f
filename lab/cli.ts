// The command line of the embedded lab: `deno task lab`.
import { Command } from "commander";
import { addDown, addRestart } from "./commands/change.ts";
import { addCompletions } from "./commands/completions.ts";
import { addConnect, addExec } from "./commands/enter.ts";
import { addGraph } from "./commands/graph.ts";
import { addLogs, addPs } from "./commands/look.ts";
import type { Session, Terminal } from "./commands/terminal.ts";
import { addUp } from "./commands/up.ts";

/** In the order in which `--help` lists them. */
const COMMANDS = [
  addUp,
  addExec,
  addConnect,
  addPs,
  addLogs,
  addRestart,
  addDown,
  addGraph,
  addCompletions,
];

/** Runs a command line; answers its exit code. Throws what went wrong. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const session: Session = { ...terminal, end: (ended) => code = ended };
  const program = new Command("deno task lab")
    .description("Runs Kathara labs on a cluster of network namespaces on this machine.")
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\n`deno task lab [DIR]` is `deno task lab up [DIR]`; `lab up --help` lists its options.",
    );
  for (const add of COMMANDS) add(program, session);
  await program.parseAsync(args, { from: "user" });
  return code;
}
