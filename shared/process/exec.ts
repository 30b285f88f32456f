// The one place that starts processes: by absolute path, with a fixed environment and in bounds.
import {
  BASE_ENV,
  type Command,
  type Completed,
  DEFAULT_MAX_OUTPUT_BYTES,
  DEFAULT_TIMEOUT_MS,
  describeCut,
  PROGRAM_DIRS,
} from "./command.ts";
import { fail } from "../faults.ts";
import { lineReader, readAtMost } from "./streams.ts";
import { scaled, timeScaleEnv } from "./time_scale.ts";

/** What {@link run} does: for whoever gets it as an argument. */
export type Run = (command: Command) => Promise<Completed>;

type Stdio = "piped" | "inherit" | "null";
interface Streams {
  readonly stdin: Stdio;
  readonly stdout: Stdio;
  readonly stderr: Stdio;
}

/**
 * Runs a command to its end, which is told as data; see {@link Completed}.
 * @throws {FaultError} "try-later" when it is there and cannot be started, as {@link converse}, and
 * when it has printed more than is kept: no caller takes a beginning for the whole
 */
export async function run(command: Command): Promise<Completed> {
  const started = performance.now();
  const stdin = command.stdin === undefined ? "null" : "piped";
  const child = spawn(command, { stdin, stdout: "piped", stderr: "piped" });
  if (child === undefined) return neverStarted(command);
  const limit = command.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const deadline = limitTime(child, command.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  deadline.start();
  const [status, stdout, stderr] = await Promise.all([
    child.status,
    readAtMost(child.stdout, limit, deadline.signal, (part) => command.heard?.(part, "stdout")),
    readAtMost(child.stderr, limit, deadline.signal, (part) => command.heard?.(part, "stderr")),
    // All at once: a program that answers while it still reads waits for its reader.
    command.stdin === undefined ? undefined : feed(child, command.stdin, deadline.signal),
  ]);
  const ms = performance.now() - started;
  const done = completed(command, status, stdout.text, stderr.text, ms, deadline.stop());
  if (!stdout.isCut && !stderr.isCut) return done;
  if (!command.heard && !command.mayBeCut) fail("try-later", describeCut(command.argv, limit));
  return { ...done, isCut: true };
}

/**
 * Runs a command on the caller's terminal and answers its exit code (127: not found; 128+n: signal
 * n).
 */
export async function attend(
  command: Pick<Command, "argv" | "env">,
  streams: Partial<Streams> = {},
): Promise<number> {
  const child = spawn(command, {
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
    ...streams,
  });
  return child === undefined ? 127 : (await child.status).code;
}

/** A running program that is written to and read from line by line; {@link end} must be called. */
export interface Conversation {
  readonly pid: number;
  write(text: string): Promise<void>;
  /** The next line without its newline, or undefined at the end of the stream. */
  readLine(stream: "stdout" | "stderr"): Promise<string | undefined>;
  /** Closes standard input and waits for the end. */
  end(): Promise<Completed>;
  kill(): void;
}

/** Starts a conversation, or answers undefined when there is no such program. */
export type Converse = (command: Command) => Conversation | undefined;

/**
 * Starts a program to talk to. The answer is undefined when there is none of that name. The program
 * is killed `timeoutMs` after the first word to it: until then it only waits, perhaps as a spare.
 */
export function converse(
  command: Omit<Command, "stdin" | "maxOutputBytes">,
): Conversation | undefined {
  const started = performance.now();
  const child = spawn(command, { stdin: "piped", stdout: "piped", stderr: "piped" });
  if (child === undefined) return undefined;
  const deadline = limitTime(child, command.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const lines = {
    stdout: lineReader(child.stdout, deadline.signal),
    stderr: lineReader(child.stderr, deadline.signal),
  };
  return {
    pid: child.pid,
    async write(text) {
      deadline.start();
      // A program that has ended is noticed by whoever reads from it.
      await writer.write(encoder.encode(text)).catch(() => {});
    },
    readLine: (stream) => lines[stream].next(),
    async end() {
      await writer.close().catch(() => {});
      const [status, stdout, stderr] = await Promise.all([
        child.status,
        lines.stdout.rest(),
        lines.stderr.rest(),
      ]);
      const ms = performance.now() - started;
      return completed(command, status, stdout, stderr, ms, deadline.stop());
    },
    kill: () => killQuietly(child),
  };
}

/** A running program whose standard input and output are bytes. */
export interface Piped {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  /** Resolves when the program has ended, whatever its end was. */
  readonly ended: Promise<unknown>;
  kill(): void;
}

/**
 * Starts a program that lasts as long as its streams, or answers undefined when there is none of
 * that name. What it says on stderr is dropped.
 * @throws {FaultError} "try-later" when it is there and cannot be started
 */
export function pipe(command: Pick<Command, "argv" | "env">): Piped | undefined {
  const child = spawn(command, { stdin: "piped", stdout: "piped", stderr: "null" });
  if (child === undefined) return undefined;
  const { stdin, stdout, status } = child;
  return { stdin, stdout, ended: status, kill: () => killQuietly(child) };
}

function spawn(
  command: Pick<Command, "argv" | "env">,
  streams: Streams,
): Deno.ChildProcess | undefined {
  const [program, ...args] = command.argv;
  for (const dir of PROGRAM_DIRS) {
    try {
      return new Deno.Command(`${dir}/${program}`, {
        args,
        cwd: "/",
        clearEnv: true,
        env: { ...BASE_ENV, ...timeScaleEnv(), ...command.env },
        ...streams,
      }).spawn();
    } catch (error) {
      // NotCapable: this directory's copy is not on the compiled program's list of permissions.
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
        continue;
      }
      // No process or memory is to be had, or the file is no program.
      fail(
        "try-later",
        `Cannot start ${program}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return undefined;
}

async function feed(
  child: Deno.ChildProcess,
  input: string | Uint8Array<ArrayBuffer>,
  overdue: AbortSignal,
): Promise<void> {
  const writer = child.stdin.getWriter();
  overdue.addEventListener("abort", () => writer.abort().catch(() => {}));
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  // A program may end without reading all of its input. Its exit code tells what happened.
  await writer.write(bytes).catch(() => {});
  await writer.close().catch(() => {});
}

/** Time is counted in steps: while this process is stopped (Ctrl-Z), at most one of them passes. */
const TICK_MS = 1000;

/** A child's time limit. It begins with the first `start`; `stop` answers whether time was over. */
function limitTime(
  child: Deno.ChildProcess,
  ms: number,
): { readonly signal: AbortSignal; start(): void; stop(): boolean } {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    killQuietly(child);
    controller.abort();
  };
  const wait = (rest: number) => {
    timer = setTimeout(
      () => rest > TICK_MS ? wait(rest - TICK_MS) : end(),
      Math.min(rest, TICK_MS),
    );
  };
  return {
    signal: controller.signal,
    start() {
      if (timer === undefined) wait(scaled(ms));
    },
    stop() {
      clearTimeout(timer);
      return controller.signal.aborted;
    },
  };
}

function killQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // The process has ended by itself in the meantime.
  }
}

function completed(
  command: Pick<Command, "argv">,
  status: Deno.CommandStatus,
  stdout: string,
  stderr: string,
  ms: number,
  overdue: boolean,
): Completed {
  const reason = overdue
    ? "timeout"
    : status.signal !== null
    ? "signal"
    : status.code === 0
    ? "success"
    : "exit";
  const code = status.signal === null ? status.code : null;
  return { argv: command.argv, reason, code, signal: status.signal, stdout, stderr, ms };
}

function neverStarted(command: Pick<Command, "argv">): Completed {
  return {
    argv: command.argv,
    reason: "not-found",
    code: null,
    signal: null,
    stdout: "",
    stderr: "",
    ms: 0,
  };
}
