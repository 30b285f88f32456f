// What a command is, and what is left of it when it has ended: plain data, no effects.
import { cut } from "../quote.ts";

/** A program's name and its arguments. */
export type Argv = readonly [string, ...string[]];

/** A program to run. `argv[0]` is a bare name; it is looked up in {@link PROGRAM_DIRS} only. */
export interface Command {
  readonly argv: Argv;
  /** Bytes for standard input; without it the program reads an empty one. */
  readonly stdin?: string | Uint8Array<ArrayBuffer>;
  /**
   * Milliseconds after which the program is killed, more on a slow machine
   * (`MEGALOS_TIME_SCALE`); {@link DEFAULT_TIMEOUT_MS} without it.
   */
  readonly timeoutMs?: number;
  /** Added to the fixed environment; the caller's own environment is never passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Bytes kept of each output stream; {@link DEFAULT_MAX_OUTPUT_BYTES} without it. More is an error
   * unless there is {@link heard} or {@link mayBeCut}.
   */
  readonly maxOutputBytes?: number;
  /** Is given all that the program prints, in parts as they come. */
  readonly heard?: (output: string, stream: "stdout" | "stderr") => void;
  /** The beginning of the output will do: what comes after is read and dropped, and it `isCut`. */
  readonly mayBeCut?: true;
}

/** How a command ended. Everything but `success` is a failure that its caller reports. */
export interface Completed {
  readonly argv: readonly string[];
  readonly reason: "success" | "exit" | "signal" | "timeout" | "not-found";
  /** Exit code; null when a signal ended it or it never started. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The program has printed more than was to be kept. */
  readonly isCut?: true;
  readonly ms: number;
}

/**
 * Where programs are looked for, in this order. A caller's PATH is never used: it may be empty or
 * hostile. The directory that has most programs comes first, because each miss is a start that
 * fails and costs a millisecond.
 */
export const PROGRAM_DIRS = [
  "/usr/bin",
  "/usr/sbin",
  "/bin",
  "/sbin",
  "/usr/local/bin",
  "/usr/local/sbin",
] as const;

/**
 * The environment of each program: a fixed PATH for its own children, and untranslated messages.
 */
export const BASE_ENV: Readonly<Record<string, string>> = {
  PATH: PROGRAM_DIRS.join(":"),
  LC_ALL: "C",
};

export const DEFAULT_TIMEOUT_MS = 20_000;
export const DEFAULT_MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * What ran and how it ended, such as "`ip link add name a` ended with 2: RTNETLINK answers: File
 * exists". A script among the arguments is left out.
 */
export function describe(done: Completed): string {
  const said = done.stderr.trim();
  return `\`${line(done.argv)}\` ${describeEnd(done)}${said === "" ? "" : `: ${said}`}`;
}

/** Why a command's output is of no use: only its beginning was kept. */
export function describeCut(argv: readonly string[], bytes: number): string {
  return `Cannot read what \`${cut(line(argv))}\` has printed: it is more than ${bytes} bytes`;
}

function line(argv: readonly string[]): string {
  return argv.map((word) => word.includes("\n") ? "..." : word).join(" ");
}

function describeEnd(done: Completed): string {
  switch (done.reason) {
    case "success":
      return "succeeded";
    case "exit":
      return `ended with ${done.code}`;
    case "signal":
      return `was ended by ${done.signal}`;
    case "timeout":
      return `was killed after ${Math.round(done.ms)} ms`;
    case "not-found":
      return `could not be started: no ${done.argv[0]} in ${PROGRAM_DIRS.join(", ")}`;
  }
}
