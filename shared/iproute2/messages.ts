// What iproute2, nsenter(1), nft(8) and cmp(1) say on stderr, and what it means.
// No other file knows their words.
import type { Argv, Completed } from "../process/command.ts";

/**
 * Ends an exchange on stderr: no object of `ip` or `bridge` has this name, and they say so without
 * asking the kernel.
 */
export const NO_OBJECT = "/";
const NO_OBJECT_LINES: ReadonlySet<string> = new Set(
  ["ip", "bridge"].map((program) => `Object "${NO_OBJECT}" is unknown, try "${program} help".`),
);

/** Whether a line is the answer to {@link NO_OBJECT}. */
export function endsExchange(line: string): boolean {
  return NO_OBJECT_LINES.has(line);
}

/** The number of the batch line that has failed, from 1; undefined where a line tells of none. */
export function numberOfFailed(line: string): number | undefined {
  const [, number] = /^Command failed -:(\d+)$/.exec(line) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** A line has a word that `ip` does not know: it complains of that, or explains itself. */
export function saysNotUnderstood(stderr: string): boolean {
  return /\bunknown\b|is (a )?garbage|^Usage: /m.test(stderr);
}

/**
 * The word that `ip` does not know, by what it said; undefined when it names none. It takes the
 * first such word of a line without `dev` for the device's name, and complains of the next one.
 */
export function findUnknownWord(words: Argv, stderr: string): string | undefined {
  const quoted = Array.from(stderr.matchAll(/"([^"\n]+)"/g), ([, word = ""]) => word);
  const at = words.indexOf(quoted.findLast((word) => words.includes(word)) ?? "");
  const isMisled = / is (a )?garbage/.test(stderr) && !words.includes("dev");
  return words[isMisled ? at - 1 : at];
}

/** How many lines of a batch have failed. */
export function countFailed(stderr: string): number {
  return stderr.match(/^Command failed /gm)?.length ?? 0;
}

/** There is no device of that name. */
export function saysNoName(line: string): boolean {
  return /^Cannot find device/.test(line);
}

/** There is no device of the index that `ip` has for the name. */
export function saysNoIndex(line: string): boolean {
  return /No such device$/.test(line);
}

/** The answer to a question for a device by its name: it is not there. */
export function saysNotThere(line: string): boolean {
  return / does not exist\.?$/.test(line);
}

/** The device, or each one of the group, is not there. That is what a deletion wants. */
export function isMissingDevice(failure: Completed): boolean {
  return /Cannot find device|does not exist|No such device/.test(failure.stderr);
}

/** A list may lack a device: the devices changed while `ip` read it. */
export function isInterrupted(line: string): boolean {
  return line.startsWith("Dump was interrupted");
}

/** bridge(8) ended amid its lines: what it was listing has gone meanwhile (bridge/fdb.c). */
export function saysListEnded(stderr: string): boolean {
  return /^Dump terminated$/m.test(stderr);
}

/** nsenter(1) found no namespace at its path. */
export function saysNoNetns(stderr: string): boolean {
  return /nsenter: (cannot open|reassociate)/.test(stderr);
}

/**
 * The kernel sets a table of neighbours in the machine's own (initial) network namespace alone.
 * Elsewhere it has no such table for whoever sets one (net/core/neighbour.c, neightbl_set), though
 * it shows them everywhere.
 */
export function saysNotInitialNetns(stderr: string): boolean {
  return /^RTNETLINK answers: No such file or directory$/m.test(stderr);
}

/** nft(8) was asked about a table, or a part of one, that is not there. */
export function saysNoTable(stderr: string): boolean {
  return /No such file or directory/.test(stderr);
}

/** cmp(1) was given a file that is not there. */
export function saysNoFile(stderr: string): boolean {
  return /^cmp: .*: No such file or directory$/m.test(stderr);
}

/** The kernel does not have it. */
export function saysNotSupported(stderr: string): boolean {
  return stderr.includes("Operation not supported");
}
