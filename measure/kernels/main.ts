// `deno task kernels`: boots distributions' kernels under qemu, and runs tests and labs in each.
import { Argument, Command, InvalidArgumentError } from "commander";
import { run } from "../../shared/process/exec.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { CACHE, type ToolContext } from "../../tools/checkout.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { type Case, CASES, pickCases, SHORT } from "./cases.ts";
import { exitCode } from "./exit_code.ts";
import { hostPackages } from "./packages.ts";
import { Progress } from "../progress.ts";
import { renderResults } from "./report.ts";
import { DEFAULT_SUITE, isSuite } from "./root.ts";
import { type KernelReport, NoKernels, type Plan, testKernels } from "./test_kernels.ts";

interface Options {
  readonly only?: readonly string[];
  readonly short: boolean;
  readonly emulate: boolean;
  readonly steady: boolean;
  readonly within?: number;
  readonly root: string;
  readonly json: boolean;
}

const command = new Command("deno task kernels")
  .description(
    "Boots Debian's kernels under qemu (as root; where /dev/kvm cannot be used, by " +
      `emulation), and runs in each what depends on the kernel:\n\n${
        CASES.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join("\n")
      }\n\nNothing of the host's network or package configuration is touched. Environment: ` +
      "CACHE, where kernels, root drives and what was printed are kept (default " +
      ".cache/kernels); the results are in its logs/results.json, too.\n\n" +
      "Exit code: 0 when all that was run held, 1 when something did not, 3 when this machine can " +
      "have no kernels (in time), 130 or 143 when it was interrupted. What was seen until then is " +
      "printed.",
  )
  .addArgument(
    new Argument("[version...]", "such as 5.10 or 6.12; default: the oldest and the newest"),
  )
  .option("--only <test...>", "only these, or tests/PATH*, such as plugin/add_")
  .option(
    "--short",
    `one kernel, 6.1, and the shortest tests that matter (${SHORT.join(", ")})`,
    false,
  )
  .option("--emulate", "emulate all CPUs even where /dev/kvm can be used", false)
  .option(
    "--steady",
    "emulate one CPU that tells time by its instructions: slower, but steady under load",
    false,
  )
  .option("--within <minutes>", "stop then; what has not ended is no failure", readMinutes)
  .option(
    "--root <suite>",
    "the Debian whose programs (iproute2, nft, FRR, ...) each kernel is given: bullseye (its FRR " +
      "is too old for the manager), bookworm, trixie, forky, ...",
    readSuiteName,
    DEFAULT_SUITE,
  )
  .option("--json", "print the results as JSON on stdout", false)
  .parse(Deno.args, { from: "user" });
const options = command.opts<Options>();

const progress = new Progress();
const context: ToolContext = {
  env: Deno.env.toObject(),
  log: progress.say,
};
const interrupt = new AbortController();
let code: number | undefined;

/** What was begun ends, and what was seen until then is printed. */
async function stop(why: string): Promise<void> {
  interrupt.abort(new Error(why));
  // A terminal's Ctrl-C has ended the programs that this process runs, and other signals have not.
  await run({ argv: ["pkill", "--parent", `${Deno.pid}`] });
}

for (const [signal, number] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.addSignalListener(signal, () => {
    code = number;
    stop(`Stopped by ${signal}`);
  });
}
const { within } = options;
if (within !== undefined) {
  setTimeout(() => stop(`Stopped after ${within} minutes`), within * 60_000);
}

const cache = context.env.CACHE ?? `${CACHE}/kernels`;
const reports: KernelReport[] = [];
let cases: readonly Case[] = [];
let error: unknown;
try {
  const wanted = options.only ?? (options.short ? SHORT : undefined);
  cases = wanted === undefined ? CASES : pickCases(wanted);
  const plan: Plan = {
    versions: options.short && command.args.length === 0 ? ["6.1"] : command.args,
    suite: options.root,
    cases,
    ...options.steady ? { accelerator: "steady" } : options.emulate ? { accelerator: "tcg" } : {},
    cache,
    signal: interrupt.signal,
    progress,
  };
  await prepareHost();
  await ensureBuilt([HOST_ARCH], context);
  for await (const report of testKernels(plan, context)) reports.push(report);
} catch (caught) {
  error = interrupt.signal.aborted ? interrupt.signal.reason : caught;
}
const results = renderResults(reports, cases, options.json ? "json" : "table");
if (results !== undefined) console.log(results);
if (reports.length > 0) {
  const json = renderResults(reports, cases, "json");
  await Deno.writeTextFile(`${cache}/logs/results.json`, `${json}\n`);
}
if (error !== undefined) progress.say(error instanceof Error ? error.message : String(error));
code ??= exitCode({ reports, error, interrupted: interrupt.signal.aborted });
if (code === 3) progress.say("NOT TESTED on other kernels than this machine's");
Deno.exit(code);

/** Throws {@link NoKernels} where this machine cannot boot any. */
async function prepareHost(): Promise<void> {
  if (Deno.uid() !== 0) throw new NoKernels("Cannot boot kernels: making their drives needs root");
  if (HOST_ARCH !== "amd64") {
    throw new NoKernels("Cannot boot kernels: only those of amd64 are known");
  }
  try {
    await ensurePackages(hostPackages, context);
  } catch (error) {
    throw new NoKernels(error instanceof Error ? error.message : String(error));
  }
}

function readSuiteName(text: string): string {
  if (!isSuite(text)) throw new InvalidArgumentError("It is no name of a Debian, such as forky.");
  return text;
}

function readMinutes(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError("It is no number above 0.");
  return Number(text);
}
