// What a command of the lab is given: the caller's terminal, and how its own process ends.
import { attend } from "../../shared/process/exec.ts";
import type { Command } from "../../shared/process/command.ts";
import type { Installation } from "../installation/installation.ts";
import type { Palette } from "../report/table.ts";

/** What the command line is given by its `main.ts`. */
export interface Terminal {
  readonly env: Readonly<Record<string, string>>;
  /** The words with which the caller can run another command of the lab. */
  readonly self: string;
  /** The same words for any folder, without a word that names the lab. */
  readonly selfAnywhere: string;
  readonly isRoot: boolean;
  /** Whether the output goes to a terminal. */
  readonly isInteractive: boolean;
  readonly palette: Palette;
  /** The caller's folder. */
  readonly cwd: string;
  /** Makes a path that a user has written absolute. */
  readonly resolve: (path: string) => string;
  /** Where the lab's own files are; throws where they cannot be had. */
  readonly findFiles: () => Promise<Installation>;
  /** Makes sure that the programs of nodes are there and up to date. */
  readonly buildPrograms: () => Promise<void>;
  readonly print: (text: string) => void;
  /** Prints a text in the place of the last one that was shown, where that is possible. */
  readonly show: (text: string) => void;
  /**
   * Prints progress and notes, which are not the answer itself, with the time that has passed since
   * the start.
   */
  readonly log: (line: string) => void;
  /** The same without the time. */
  readonly warn: (line: string) => void;
  /** From here on, what would end the process rejects this promise. */
  readonly awaitInterrupt: () => Promise<never>;
  /** From here on, what would end the process is left to the program that it runs. */
  readonly ignoreInterrupts: () => void;
}

/** A terminal, and what takes the exit code of the process. */
export interface Session extends Terminal {
  readonly end: (code: number) => void;
}

/** Runs a program on the caller's terminal. Its exit code is the lab's, and is answered. */
export async function runAttended(
  { terminal, argv, env = {} }: Pick<Command, "argv" | "env"> & { readonly terminal: Session },
): Promise<number> {
  terminal.ignoreInterrupts();
  const TERM = terminal.env.TERM ?? "dumb";
  const code = await attend({ argv, env: { TERM, ...env } });
  terminal.end(code);
  return code;
}
