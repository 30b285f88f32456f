// The command line of the embedded lab.
import { Command, type Option } from "commander";
import { RUNTIME, VERSION } from "../shared/version.ts";
import { addAttach, addDetach } from "./commands/attach.ts";
import { addDown, addRestart } from "./commands/change.ts";
import { addComplete, addCompletions } from "./commands/completions.ts";
import { addConnect, addExec } from "./commands/enter.ts";
import { addExamples } from "./commands/examples.ts";
import { addGraph } from "./commands/graph.ts";
import { addInstall } from "./commands/install.ts";
import { addLogs, addPs } from "./commands/look.ts";
import { addMap } from "./commands/map.ts";
import { addSave } from "./commands/save.ts";
import type { Session, Terminal } from "./commands/terminal.ts";
import { addLstart, addUp } from "./commands/up.ts";

/** The commands, in the order in which `--help` lists them. */
const COMMANDS = [
  addUp,
  addExec,
  addConnect,
  addPs,
  addLogs,
  addMap,
  addRestart,
  addAttach,
  addDetach,
  addSave,
  addDown,
  addGraph,
  addExamples,
  addInstall,
  addCompletions,
  addLstart,
  addComplete,
];

/** Commands that need no namespaces, and so no root. */
const FOR_EVERYONE = new Set(["complete", "completions", "examples", "graph", "help"]);

/** Words of Kathara that are a command with an option here. */
const KATHARA: ReadonlyMap<string, readonly string[]> = new Map([
  ["list", ["ps", "--all"]],
  ["wipe", ["down", "--all"]],
]);

/** Runs a command line; answers its exit code. Throws what went wrong. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = makeProgram({ ...terminal, end: (ended) => code = ended });
  await program.parseAsync(await toCommandLine(args, program, terminal), { from: "user" });
  return code;
}

/** The command line's commands, each with its action. */
function makeProgram(session: Session): Command {
  const program = new Command("lab")
    .description("Runs Kathara labs on a cluster of network namespaces on this machine.")
    .version(`lab ${VERSION} (${RUNTIME})`, "-V, --version", "print the version")
    .helpCommand(true)
    .configureOutput({ writeErr: (text) => session.warn(text.trimEnd()) })
    .configureHelp({ optionDescription: describeOption })
    .enablePositionalOptions()
    .addHelpText(
      "after",
      `
\`lab [DIR]\` is \`lab up [DIR]\`; DIR is the folder that you are in, unless it is given.
Kathara's words work too: lstart, lclean, lrestart, linfo, list, wipe, with -d.
Here, \`lab\` is typed as: ${session.self}`,
    );
  for (const add of COMMANDS) add(program, session);
  program.hook("preAction", (_, command) => refuseWithoutRoot(command.name(), session));
  return program;
}

/** Describes an option. Commander itself would also name defaults that are false or empty. */
function describeOption({ description, defaultValue }: Option): string {
  const isSaid = typeof defaultValue === "number" || typeof defaultValue === "string";
  return isSaid ? `${description} (default: ${defaultValue})` : description;
}

function refuseWithoutRoot(command: string, { isRoot, self }: Session): void {
  if (isRoot || FOR_EVERYONE.has(command)) return;
  throw new Error(
    `Cannot run lab ${command}: it needs root, for labs are made of namespaces; try: sudo ${self} ${command}`,
  );
}

/**
 * Puts the command that the caller has left out before the caller's words: `lab`, `lab DIR` and
 * `lab --keep` mean `lab up`.
 */
async function toCommandLine(
  args: readonly string[],
  program: Command,
  { resolve }: Terminal,
): Promise<readonly string[]> {
  const [first] = args;
  if (first === undefined) return ["up"];
  const kathara = KATHARA.get(first);
  if (kathara !== undefined) return [...kathara, ...args.slice(1)];
  if (["-h", "--help", "-V", "--version", "help"].includes(first)) return args;
  const isCommand = program.commands.some((command) =>
    [command.name(), ...command.aliases()].includes(first)
  );
  // Anything else that is no folder is a word that was mistyped, and commander says what it may be.
  const isFolder = /[/.]/.test(first) ||
    await Deno.stat(resolve(first)).then(({ isDirectory }) => isDirectory, () => false);
  return !isCommand && (first.startsWith("-") || isFolder) ? ["up", ...args] : args;
}
