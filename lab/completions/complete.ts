// Works out what a word of the lab's command line may become, from the commands' own definitions.
import { listKnownPrograms } from "../programs/debian_packages.ts";
import type { Argument, Command, Option } from "commander";

/** Choices that only the machine knows, and that the options given so far narrow down. */
export type Kind = "labs" | "devices" | "members" | "lans" | "examples" | "lab-devices";

/** Options and folder of the words before the one under the cursor. */
export interface Given {
  readonly name?: string | undefined;
  readonly directory?: string | undefined;
  /** The first word behind the command, which may be a folder. */
  readonly first?: string | undefined;
}

/**
 * A word, a tab and what the word is. `:dirs` and `:files` stand for the shell's own completion.
 */
export type Line = string;

export async function complete(
  words: readonly string[],
  program: Command,
  listChoices: (kind: Kind, given: Given) => Promise<readonly string[]>,
): Promise<Line[]> {
  const word = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const offer = (lines: readonly Line[]) =>
    lines.filter((line) => line.startsWith(":") || line.startsWith(word));
  const [first, ...others] = before;
  if (first === undefined && !word.startsWith("-")) {
    return offer([...describeCommands(program), ":dirs"]);
  }
  const named = program.commands.find((one) =>
    [one.name(), ...one.aliases()].includes(first ?? "")
  );
  const command = named ?? program.commands.find((one) => one.name() === "up")!;
  const { given, positionals, open } = readWords(command, named === undefined ? before : others);

  if (open !== undefined) return offer(await completeValue(open, given, listChoices));
  const passesOn = command.registeredArguments.at(-1)?.name() === "command" && positionals > 0;
  if (word.startsWith("-") && !passesOn) return offer(describeOptions(command));
  const argument = command.registeredArguments[positionals] ??
    command.registeredArguments.filter(({ variadic }) => variadic).at(-1);
  if (argument === undefined) return [];
  return offer(await completeArgument(argument, command.name(), given, listChoices));
}

function describeCommands(program: Command): Line[] {
  return program.commands.filter((one) => !isHidden(one)).flatMap((one) =>
    [one.name(), ...one.aliases()].map((name) => `${name}\t${one.description()}`)
  );
}

/** Whether help leaves the command out. Commander's types do not show the property. */
function isHidden(command: Command): boolean {
  return (command as unknown as { readonly _hidden: boolean })._hidden;
}

function describeOptions({ options }: Command): Line[] {
  return options.filter(({ hidden }) => !hidden).flatMap(({ long, short, description }) =>
    [long, short].filter((flag) => flag !== undefined && flag !== null)
      .map((flag) => `${flag}\t${description}`)
  );
}

interface ReadWords {
  readonly given: Given;
  /** How many words are neither options nor their values. */
  readonly positionals: number;
  /** The option whose value is under the cursor. */
  readonly open?: Option;
}

function readWords(command: Command, words: readonly string[]): ReadWords {
  const values: Record<string, string> = {};
  const positionals: string[] = [];
  let open: Option | undefined;
  for (const word of words) {
    if (open !== undefined) {
      values[open.attributeName()] = word;
      open = undefined;
      continue;
    }
    const [flag = "", value] = word.split("=", 2);
    const option = command.options.find((one) => [one.long, one.short].includes(flag));
    if (option === undefined) {
      if (!word.startsWith("-")) positionals.push(word);
    } else if (value !== undefined) values[option.attributeName()] = value;
    else if (option.required) open = option;
  }
  const given = { name: values.name, directory: values.directory, first: positionals[0] };
  return { given, positionals: positionals.length, ...(open === undefined ? {} : { open }) };
}

type ListChoices = (kind: Kind, given: Given) => Promise<readonly string[]>;

async function completeValue(
  option: Option,
  given: Given,
  listChoices: ListChoices,
): Promise<readonly Line[]> {
  switch (option.attributeName()) {
    case "name":
      return await listChoices("labs", given);
    case "directory":
      return [":dirs"];
    case "svg":
      return [":files"];
    case "place":
      return (await listChoices("lab-devices", given)).map((device) => `${device}=`);
    default:
      return [];
  }
}

async function completeArgument(
  argument: Argument,
  command: string,
  given: Given,
  listChoices: ListChoices,
): Promise<readonly Line[]> {
  if (argument.argChoices !== undefined) return argument.argChoices;
  switch (argument.name()) {
    case "dir":
      return given.directory === undefined || command === "examples"
        ? [...command.startsWith("graph") ? [] : await listChoices("lab-devices", given), ":dirs"]
        : await listChoices("lab-devices", given);
    case "device":
      if (command === "up" || command === "lstart") return await listChoices("lab-devices", given);
      return await listChoices(
        ["connect", "exec", "logs"].includes(command) ? "members" : "devices",
        given,
      );
    case "lan":
      return await listChoices("lans", given);
    case "program":
      return ["toolbox\tthe tools of kathara/base", ...listKnownPrograms()];
    case "example":
      return await listChoices("examples", given);
    default:
      return [];
  }
}
