// What a command of the lab is given: the caller's terminal, and how its own process ends.
import { attend } from "../../shared/process/exec.ts";
import type { Command } from "../../shared/process/command.ts";
import type { Palette } from "../report/table.ts";

/** What the command line is given by its `main.ts`. */
export interface Terminal {
  readonly env: Readonly<Record<string, string>>;
  readonly palette: Palette;
  /** Makes a path that a user has written absolute. */
  readonly resolve: (path: string) => string;
  readonly print: (text: string) => void;
  /** Takes what is not the answer itself: progress, notes. */
  readonly log: (line: string) => void;
  /** From here on, what would end the process rejects this promise. */
  readonly awaitInterrupt: () => Promise<never>;
  /** From here on, what would end the process is left to the program that it runs. */
  readonly ignoreInterrupts: () => void;
}

/** A terminal, and what takes the exit code of the process. */
export interface Session extends Terminal {
  readonly end: (code: number) => void;
}

/** Runs a program on the caller's terminal; its exit code is the lab's. */
export async function runAttended(
  { terminal, argv, env = {} }: Pick<Command, "argv" | "env"> & { readonly terminal: Session },
): Promise<void> {
  terminal.ignoreInterrupts();
  const TERM = terminal.env.TERM ?? "dumb";
  terminal.end(await attend({ argv, env: { TERM, ...env } }));
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
