// The one encoder of `ip -batch` lines: it refuses what a line cannot carry instead of changing its meaning.
import { fail } from "../faults.ts";

/** The words after `ip`, one each: `["link", "set", "dev", "net1", "up"]`. */
export type IpArgs = readonly [string, ...string[]];

// A line ends at "#" even inside quotes, knows no escapes, and a newline starts a second command (ip-batch, lib/utils.c).
// deno-lint-ignore no-control-regex
const UNCARRIABLE = /[#"'\\\u0000-\u001f\u007f]/;

/** True when `word` can stand in a batch line. */
export function isCarriable(word: string): boolean {
  return word !== "" && !UNCARRIABLE.test(word);
}

/** Encodes words as one batch line without its newline. */
export function encodeLine(args: IpArgs): string {
  return args.map(encodeWord).join(" ");
}

function encodeWord(word: string): string {
  if (!isCarriable(word)) {
    fail(
      "internal",
      `Cannot write ${
        JSON.stringify(word)
      } in a batch line: quotes, #, \\ and control characters are not carried`,
    );
  }
  return /\s/.test(word) ? `"${word}"` : word;
}
