// Options that several commands take, and the rules for their values.
import { type Command, InvalidArgumentError } from "commander";
import { readBytes, SIZE } from "../conf/options.ts";
import { MAX_WORKERS } from "../cluster/underlay.ts";
import { findLab, type FoundLab } from "../running/find.ts";
import type { Terminal } from "./terminal.ts";

/** The options that say which lab is meant. */
export interface Named {
  readonly name?: string;
  /** An absolute path. */
  readonly directory?: string;
}

/** The option `--json`. */
export interface Json {
  readonly json: boolean;
}

/** Adds a command that is about a lab that is up. */
export function namedCommand(
  program: Command,
  { resolve }: Pick<Terminal, "resolve">,
  name: string,
  description: string,
): Command {
  return program.command(name).description(description)
    .option("--name <name>", "name of the running lab", toName)
    .option("-d, --directory <dir>", "the running lab of this folder", resolve);
}

/** Finds the lab that is meant; see `chooseLab`. */
export async function findNamed(
  { name, directory }: Named,
  { env, cwd }: Pick<Terminal, "env" | "cwd">,
): Promise<FoundLab> {
  return await findLab({ name: name ?? env.LAB_NAME, directory, cwd });
}

export function toWorkerCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKERS) {
    throw new InvalidArgumentError(`It is not between 1 and ${MAX_WORKERS}.`);
  }
  return count;
}

export function toBytes(text: string): number {
  if (SIZE.test(text) && readBytes(text) >= 2 ** 20) return readBytes(text);
  throw new InvalidArgumentError("It is no number of bytes, such as 512m or 2g, of 1m at least.");
}

export function toSeconds(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is no whole number of seconds.");
}

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function toName(text: string): string {
  if (NAME.test(text)) return text;
  throw new InvalidArgumentError("It is not made of at most 32 of a-z, 0-9 and -.");
}

/**
 * Makes a name for a running lab of any text, such as the name of the lab's folder. Answers
 * undefined where no part of the text can be used.
 */
export function makeName(text: string): string | undefined {
  const name = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+/g, "")
    .slice(0, 32).replace(/-+$/, "");
  return NAME.test(name) ? name : undefined;
}

/** Collects the values of an option that may be given again. */
export function append(value: string, values: readonly string[]): string[] {
  return [...values, value];
}
