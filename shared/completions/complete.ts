// Works out what a word of a command line may become, from the commands' own definitions.
import type { Argument, Command, Option } from "commander";

/** The words before the one under the cursor. */
export interface Given {
  /** Values of options, by their names in camel case. */
  readonly options: Readonly<Record<string, string>>;
  /** The first word behind the command that is no option. */
  readonly first?: string | undefined;
}

/**
 * A word, a tab and what the word is. `:dirs` and `:files` stand for the shell's own completion.
 */
export type Line = string;

/** What a program knows of its own words. */
export interface Completer {
  /** The command that words without one are for, and what may stand in its first place. */
  readonly unnamed?: { readonly command: string; readonly first: readonly Line[] };
  /** Whether options of the program may stand behind a command. */
  readonly hasGlobalOptions?: true;
  value(option: Option, given: Given): Promise<readonly Line[]>;
  argument(argument: Argument, command: string, given: Given): Promise<readonly Line[]>;
}

export async function complete(
  words: readonly string[],
  program: Command,
  completer: Completer,
): Promise<Line[]> {
  const word = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const offer = (lines: readonly Line[]) =>
    lines.filter((line) => line.startsWith(":") || line.startsWith(word));
  const { unnamed, hasGlobalOptions } = completer;
  const [first, ...others] = before;
  if (first === undefined && !word.startsWith("-")) {
    return offer([...describeCommands(program), ...unnamed?.first ?? []]);
  }
  const named = program.commands.find((one) =>
    [one.name(), ...one.aliases()].includes(first ?? "")
  );
  const command = named ?? program.commands.find((one) => one.name() === unnamed?.command) ??
    program;
  const globals = hasGlobalOptions && command !== program ? program.options : [];
  const options = [...command.options, ...globals];
  const { given, positionals, open } = readWords(options, named === undefined ? before : others);

  if (open !== undefined) return offer(await completer.value(open, given));
  const passesOn = command.registeredArguments.at(-1)?.name() === "command" && positionals > 0;
  if (word.startsWith("-") && !passesOn) return offer(describeOptions(options));
  const argument = command.registeredArguments[positionals] ??
    command.registeredArguments.filter(({ variadic }) => variadic).at(-1);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return offer(argument.argChoices);
  return offer(await completer.argument(argument, command.name(), given));
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

function describeOptions(options: readonly Option[]): Line[] {
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

function readWords(options: readonly Option[], words: readonly string[]): ReadWords {
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
    const option = options.find((one) => [one.long, one.short].includes(flag));
    if (option === undefined) {
      if (!word.startsWith("-")) positionals.push(word);
    } else if (value !== undefined) values[option.attributeName()] = value;
    else if (option.required) open = option;
  }
  const given = { options: values, first: positionals[0] };
  return { given, positionals: positionals.length, ...(open === undefined ? {} : { open }) };
}
