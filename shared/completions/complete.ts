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

/**
 * Whether every shell takes a word as it is. A shell puts what it is offered into the command line,
 * bash without any quotes, and somebody else may have chosen a name such as "$(reboot)".
 */
export function isPlain(word: string): boolean {
  return /^\w[\w.+=-]*$/.test(word);
}

/** Whether a line is no word, but asks the shell for files or folders. */
function isForShell(line: Line): boolean {
  return line === ":dirs" || line === ":files";
}

/** Only lines whose words are plain: a name that needs quotes is left out. */
function plain(lines: readonly Line[]): Line[] {
  return lines.filter((line) => isForShell(line) || isPlain(line.split("\t", 1)[0]!));
}

export async function complete(
  words: readonly string[],
  program: Command,
  completer: Completer,
): Promise<Line[]> {
  const word = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const offer = (lines: readonly Line[]) =>
    lines.filter((line) => isForShell(line) || line.startsWith(word));
  const { unnamed, hasGlobalOptions } = completer;
  const ahead = hasGlobalOptions ? readWords(program.options, before) : undefined;
  const at = ahead?.positionals[0] ?? 0;
  const first = ahead !== undefined && ahead.positionals.length === 0 ? undefined : before[at];
  if (first === undefined && !word.startsWith("-") && ahead?.open === undefined) {
    return offer([...describeCommands(program), ...unnamed?.first ?? []]);
  }
  const named = program.commands.find((one) =>
    [one.name(), ...one.aliases()].includes(first ?? "")
  );
  const command = named ?? program.commands.find((one) => one.name() === unnamed?.command) ??
    program;
  const globals = hasGlobalOptions && command !== program ? program.options : [];
  const options = [...command.options, ...globals];
  const others = named === undefined ? before : before.toSpliced(at, 1);
  const { given, positionals: { length: positionals }, open } = readWords(options, others);

  if (open !== undefined) return offer(plain(await completer.value(open, given)));
  const passesOn = command.registeredArguments.at(-1)?.name() === "command" && positionals > 0;
  if (word.startsWith("-") && !passesOn) {
    return offer(describeOptions([...command.createHelp().visibleOptions(command), ...globals]));
  }
  const argument = command.registeredArguments[positionals] ??
    command.registeredArguments.filter(({ variadic }) => variadic).at(-1);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return offer(argument.argChoices);
  return offer(plain(await completer.argument(argument, command.name(), given)));
}

function describeCommands(program: Command): Line[] {
  return program.createHelp().visibleCommands(program).flatMap((one) =>
    [one.name(), ...one.aliases()].map((name) => `${name}\t${one.description()}`)
  );
}

function describeOptions(options: readonly Option[]): Line[] {
  return options.filter(({ hidden }) => !hidden).flatMap(({ long, short, description }) =>
    [long, short].filter((flag) => flag !== undefined && flag !== null)
      .map((flag) => `${flag}\t${description}`)
  );
}

interface ReadWords {
  readonly given: Given;
  /** Where the words are that are neither options nor their values. */
  readonly positionals: readonly number[];
  /** The option whose value is under the cursor. */
  readonly open?: Option;
}

function readWords(options: readonly Option[], words: readonly string[]): ReadWords {
  const values: Record<string, string> = {};
  const positionals: number[] = [];
  let open: Option | undefined;
  for (const [at, word] of words.entries()) {
    if (open !== undefined) {
      values[open.attributeName()] = word;
      open = undefined;
      continue;
    }
    const [flag = "", value] = word.split("=", 2);
    const option = options.find((one) => [one.long, one.short].includes(flag));
    if (option === undefined) {
      if (!word.startsWith("-")) positionals.push(at);
    } else if (value !== undefined) values[option.attributeName()] = value;
    else if (option.required) open = option;
  }
  const [first] = positionals;
  const given = { options: values, first: first === undefined ? undefined : words[first] };
  return { given, positionals, ...(open === undefined ? {} : { open }) };
}
