// Where things are in this checkout, and how a program of any path is run in it.
import { fileURLToPath } from "node:url";
import { BASE_ENV, type Command, type Completed, describe } from "../shared/process/command.ts";
import { attend, run } from "../shared/process/exec.ts";
import { during } from "./progress.ts";

export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
/** What users get. */
export const DIST = `${ROOT}/dist`;
/** What can be fetched again. */
export const CACHE = `${ROOT}/.cache`;

/** What a tool is given by its `main.ts`. */
export interface ToolContext {
  /** The caller's environment: proxies, certificates and package mirrors are configured there. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes one line that says what goes on. */
  readonly log: (line: string) => void;
}

/**
 * The argv that runs `argv` in the checkout.
 * env(1) also starts what is in none of the program directories, such as Deno.
 */
export function inCheckout(...argv: string[]): [string, ...string[]] {
  return ["env", "-C", ROOT, ...argv];
}

/** The caller's environment with our PATH, for programs that download; see {@link ToolContext}. */
export function downloadEnv(
  { env }: ToolContext,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...env, ...BASE_ENV, DENO_NO_UPDATE_CHECK: "1", ...more };
}

/** Downloads and compilers take long on a slow line. */
export const TOOL_TIMEOUT_MS = 15 * 60_000;

/**
 * Runs a command to its end; throws "Cannot `purpose`: ..." with what it said when it fails. With a
 * log, a command that takes long says so there ({@link during}).
 */
export async function must(
  purpose: string,
  command: Command,
  context?: Pick<ToolContext, "log">,
): Promise<Completed> {
  const go = (heard?: (output: string) => void) =>
    run({ timeoutMs: TOOL_TIMEOUT_MS, ...command, ...(heard && { heard }) });
  const done = context === undefined ? await go() : await during(purpose, context.log, go);
  if (done.reason !== "success") throw new Error(`Cannot ${purpose}: ${describe(done)}`);
  return done;
}

/**
 * Does what {@link must} does, but shows the output on the caller's terminal as it comes. It is for
 * what takes minutes: every ten seconds a line says how long it has taken so far.
 */
export async function watch(
  purpose: string,
  command: Pick<Command, "argv" | "env">,
  { log }: Pick<ToolContext, "log">,
): Promise<void> {
  const code = await during(purpose, log, () => attend(command, { stdin: "null" }));
  if (code !== 0) {
    throw new Error(`Cannot ${purpose}: \`${command.argv.join(" ")}\` ended with ${code}`);
  }
}

/** The folder in which this Deno keeps what it has fetched. */
export async function findDenoDir(context: ToolContext): Promise<string> {
  const argv = ["env", Deno.execPath(), "info", "--json"] as const;
  const { stdout } = await must("find Deno's cache", { argv, env: downloadEnv(context) });
  return (JSON.parse(stdout) as { denoDir: string }).denoDir;
}
