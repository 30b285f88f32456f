// Commands as their manuals write them, kept as words; and the one encoder of lines for `-batch`.
import { quote } from "../quote.ts";
import { fail } from "../faults.ts";
import type { Argv } from "../process/command.ts";

/** A command: what stands behind a program's name, word by word. */
export interface Words<Program extends string = "ip" | "bridge" | "tc" | "nft"> {
  readonly program: Program;
  readonly words: Argv;
}
export type IpCommand = Words<"ip">;
export type BridgeCommand = Words<"bridge">;

/**
 * ``ip`link set dev ${name} master ${bridge} up` ``: any amount of white space parts two words. An
 * insertion is one word, or a part of the word that it touches (`${address}/32`). It is never
 * split.
 */
export const ip = tag("ip");
/** Makes commands of bridge(8), as {@link ip} makes those of ip(8). */
export const bridge = tag("bridge");

function tag<Program extends string>(program: Program) {
  return (
    texts: TemplateStringsArray,
    ...insertions: readonly (string | number)[]
  ): Words<Program> => ({ program, words: join(split(texts), insertions) });
}

/** A template's texts, each split at its white space. A template is split once: ADD has a dozen. */
const SPLIT = new WeakMap<TemplateStringsArray, readonly (readonly string[])[]>();

function split(texts: TemplateStringsArray): readonly (readonly string[])[] {
  const known = SPLIT.get(texts);
  if (known !== undefined) return known;
  const last = texts.length - 1;
  const pieces = texts.map((text, at) => {
    const open = at === 0 ? text.trimStart() : text;
    return (at === last ? open.trimEnd() : open).split(/\s+/);
  });
  SPLIT.set(texts, pieces);
  return pieces;
}

function join(
  pieces: readonly (readonly string[])[],
  insertions: readonly (string | number)[],
): Argv {
  const words: [string, ...string[]] = [""];
  pieces.forEach(([first = "", ...others], at) => {
    words[words.length - 1] += first;
    words.push(...others);
    if (at < insertions.length) words[words.length - 1] += String(insertions[at]);
  });
  return words;
}

/** The argv of a command, with the program's options in front: `-json`. */
export function argvOf({ program, words }: Words, ...options: readonly string[]): Argv {
  return [program, ...options, ...words];
}

// A line ends at "#" even inside quotes, knows no escapes, and a newline starts a second command
// (ip-batch, lib/utils.c).
// deno-lint-ignore no-control-regex
const UNCARRIABLE = /[#"'\\\u0000-\u001f\u007f]/;

/** True when `word` can stand in a batch line. */
export function isCarriable(word: string): boolean {
  return word !== "" && !UNCARRIABLE.test(word);
}

/** Encodes commands as batch lines, each ended by its newline. */
export function encodeLines(commands: readonly Words[]): string {
  return commands.map(({ words }) => `${words.map(encodeWord).join(" ")}\n`).join("");
}

function encodeWord(word: string): string {
  if (!isCarriable(word)) {
    const shown = quote(word);
    fail(
      "internal",
      `Cannot write ${shown} in a batch line: quotes, #, \\ and control characters are not carried`,
    );
  }
  return /\s/.test(word) ? `"${word}"` : word;
}
