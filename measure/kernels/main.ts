// `deno task kernels`: boots distributions' kernels under qemu, and runs tests and labs in each.
import { Argument, Command, Option } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { CACHE, type ToolContext } from "../../tools/checkout.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { CASES } from "./cases.ts";
import { hostPackages } from "./packages.ts";
import { Progress } from "../progress.ts";
import { renderTable } from "./report.ts";
import { type KernelReport, testKernels } from "./test_kernels.ts";

interface Options {
  readonly only?: readonly string[];
  readonly short: boolean;
  readonly emulate: boolean;
  readonly steady: boolean;
  readonly json: boolean;
}

const names = CASES.map(({ name }) => name);
const command = new Command("deno task kernels")
  .description(
    "Boots Debian's kernels under qemu (as root; where /dev/kvm cannot be used, by " +
      `emulation), and runs in each what depends on the kernel:\n\n${
        CASES.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join("\n")
      }\n\nNothing of the host's network or package configuration is touched. Environment: ` +
      "CACHE, where kernels and the root drive are kept (default .cache/kernels).\n\n" +
      "Exit code: 0 when all held, 1 when something did not.",
  )
  .addArgument(
    new Argument("[version...]", "such as 5.10 or 6.12; default: the oldest and the newest"),
  )
  .addOption(new Option("--only <test...>", "only these").choices(names))
  .option("--short", "one kernel, 6.1, and the shortest tests that matter", false)
  .option("--emulate", "emulate all CPUs even where /dev/kvm can be used", false)
  .option(
    "--steady",
    "emulate one CPU that tells time by its instructions: slower, but steady under load",
    false,
  )
  .option("--json", "print the results as JSON on stdout", false)
  .parse(Deno.args, { from: "user" });
const options = command.opts<Options>();

const progress = new Progress((line) => console.error(line));
const context: ToolContext = {
  env: Deno.env.toObject(),
  log: (line) => progress.say(line),
};
const interrupt = new AbortController();
let code = 1;
for (const [signal, number] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.addSignalListener(signal, () => {
    code = number;
    interrupt.abort(new Error(`Stopped by ${signal}`));
  });
}

try {
  if (Deno.uid() !== 0) throw new Error("Cannot boot kernels: making their drives needs root");
  if (HOST_ARCH !== "amd64") throw new Error("Cannot boot kernels: only those of amd64 are known");
  await ensurePackages(hostPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const only = options.only ?? names;
  const cases = CASES.filter(({ name, short }) =>
    options.short && options.only === undefined ? short : only.includes(name)
  );
  const reports = await testKernels({
    versions: options.short && command.args.length === 0 ? ["6.1"] : command.args,
    cases,
    ...options.steady ? { accelerator: "steady" } : options.emulate ? { accelerator: "tcg" } : {},
    cache: context.env.CACHE ?? `${CACHE}/kernels`,
    signal: interrupt.signal,
    progress,
  }, context);
  console.log(options.json ? JSON.stringify(reports, null, 2) : renderTable(reports, cases));
  if (reports.every(isGood)) code = 0;
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
}
Deno.exit(code);

function isGood({ ended, verdicts }: KernelReport): boolean {
  return ended === undefined && verdicts.every(({ failures }) => failures.length === 0);
}
