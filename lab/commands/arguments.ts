// Arguments and options that several commands take, and the rules for their values.
import { Argument, type Command, InvalidArgumentError } from "commander";
import { fileURLToPath } from "node:url";
import { MAX_WORKERS } from "../cluster/underlay.ts";
import type { Terminal } from "./terminal.ts";

const TWO_PCS = fileURLToPath(new URL("../examples/two-pcs", import.meta.url));

/** Of the option `--name`. */
export interface Named {
  readonly name?: string;
}

/** Of the option `--json`. */
export interface Json {
  readonly json: boolean;
}

/** The folder of a lab, as an absolute path. */
export function folderArgument({ resolve }: Pick<Terminal, "resolve">): Argument {
  return new Argument("[dir]", "folder with a lab.conf").argParser(resolve)
    .default(TWO_PCS, "lab/examples/two-pcs");
}

/** A command that is about a lab that is up. */
export function namedCommand(program: Command, name: string, description: string): Command {
  return program.command(name).description(description)
    .option("--name <name>", "name of the running lab", toName);
}

export function toWorkerCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKERS) {
    throw new InvalidArgumentError(`It is not between 1 and ${MAX_WORKERS}.`);
  }
  return count;
}

export function toSeconds(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is no whole number of seconds.");
}

export function toName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text;
  throw new InvalidArgumentError("It is not made of at most 32 of a-z, 0-9 and -.");
}

/** Collects the values of an option that may be given again. */
export function append(value: string, values: readonly string[]): string[] {
  return [...values, value];
}
