// Many commands by one process of iproute2.
import type { Argv, Command } from "../process/command.ts";
import { encodeLines, type Words } from "./words.ts";

/**
 * The command that runs them all in their order. One that fails stops no other (`-force`), and is
 * told on stderr; see {@link countFailed} in `messages.ts`. Without any command, nothing is done.
 * @param options of the program, such as `-json`
 */
export function batch<Program extends "ip" | "bridge" | "tc">(
  program: Program,
  commands: readonly Words<Program>[],
  ...options: readonly string[]
): Pick<Command, "argv" | "stdin"> {
  return { argv: batchArgv(program, ...options), stdin: encodeLines(commands) };
}

/** The argv of a program that reads commands from its standard input, a line each. */
export function batchArgv(
  program: "ip" | "bridge" | "tc",
  ...options: readonly string[]
): Argv {
  return [program, "-force", ...options, "-batch", "-"];
}
