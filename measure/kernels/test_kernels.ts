// Prepares drives and kernels, boots one kernel after the other, and runs the cases in each.
import type { ToolContext } from "../../tools/checkout.ts";
import { type Accelerator, findAccelerator } from "./accelerator.ts";
import { Apt } from "./apt.ts";
import type { Case } from "./cases.ts";
import { makeCheckoutDrive } from "./checkout_drive.ts";
import { type BootFiles, prepareKernel } from "./kernel.ts";
import { type Hardware, Machine } from "./machine.ts";
import { measureTimeScale } from "./measure_time_scale.ts";
import type { Progress } from "../progress.ts";
import { prepareRoot } from "./root.ts";
import { runCase, type Verdict } from "./run_cases.ts";
import { IMAGES, pickKernels, readServed, type ServedKernel } from "./served.ts";

/** What came of a kernel. */
export interface KernelReport {
  /** The version of Debian's package, such as "6.1.192-3". */
  readonly kernel: string;
  readonly bootSeconds?: number;
  /** The factor by which time limits were multiplied. */
  readonly timeScale?: number;
  readonly verdicts: readonly Verdict[];
  /** Why not all cases were run: the kernel did not come up, or ended. */
  readonly ended?: string;
}

export interface Plan {
  readonly versions: readonly string[];
  readonly cases: readonly Case[];
  readonly cache: string;
  /** Found out where it is not given. */
  readonly accelerator?: Accelerator;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** What the kernels of one run have in common. */
interface Bench {
  readonly hardware: Hardware;
  readonly cases: readonly Case[];
  /** A folder for what kernels and cases print. */
  readonly logs: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * Throws when a kernel cannot be prepared, or when `signal` is given. A kernel that fails is in its
 * report.
 */
export async function testKernels(plan: Plan, context: ToolContext): Promise<KernelReport[]> {
  const { cases, cache, signal, progress } = plan;
  const logs = `${cache}/logs`;
  await Deno.mkdir(logs, { recursive: true });
  using lock = await Deno.open(`${cache}/lock`, { create: true, write: true });
  await progress.during("taking the cache, as soon as no other run has it", lock.lock(true));
  // The drive has a fixed name, so that what a killed run has left is overwritten.
  const checkout = `${cache}/checkout.ext4`;
  const { root, kernels } = await prepare(plan, context);
  try {
    await progress.during("copying the checkout", makeCheckoutDrive(cache, checkout, context));
    const accelerator = plan.accelerator ?? await findAccelerator();
    if (accelerator !== "kvm") progress.say("all CPUs are emulated");
    const hardware = { root, checkout, accelerator };
    const reports = [];
    for (const [kernel, files] of kernels) {
      reports.push(await testKernel(kernel, files, { hardware, cases, logs, signal, progress }));
    }
    return reports;
  } finally {
    await Deno.remove(checkout).catch(() => {});
  }
}

/** What is kept in the cache: the root drive, and the files of each kernel that is wanted. */
async function prepare(
  { versions, cache, signal, progress }: Plan,
  context: ToolContext,
): Promise<{ readonly root: string; readonly kernels: [ServedKernel, BootFiles][] }> {
  const apt = new Apt(`${cache}/apt`, context);
  await progress.during("reading which kernels are served", apt.update());
  const wanted = pickKernels(readServed(await apt.search(IMAGES)), versions);
  const root = await prepareRoot(cache, context, progress);
  const kernels: [ServedKernel, BootFiles][] = [];
  for (const kernel of wanted) {
    signal.throwIfAborted();
    const files = prepareKernel(kernel, cache, apt);
    kernels.push([kernel, await progress.during(`kernel ${kernel.version}`, files)]);
  }
  signal.throwIfAborted();
  return { root, kernels };
}

async function testKernel(
  { version }: ServedKernel,
  files: BootFiles,
  { hardware, cases, logs, signal, progress }: Bench,
): Promise<KernelReport> {
  const verdicts: Verdict[] = [];
  const started = performance.now();
  const report: { bootSeconds?: number; timeScale?: number } = {};
  try {
    const booting = Machine.boot(files, hardware, `${logs}/${version}-console.log`, signal);
    await using machine = await progress.during(`booting ${version}`, booting);
    report.bootSeconds = Math.round((performance.now() - started) / 1000);
    report.timeScale = await measureTimeScale(machine);
    progress.say(`${version} is up, time limits are multiplied by ${report.timeScale}`);
    for (const one of cases) {
      const log = `${logs}/${version}-${one.name}.log`;
      verdicts.push(await runCase(machine, one, report.timeScale, log, progress));
    }
    return { kernel: version, ...report, verdicts };
  } catch (error) {
    signal.throwIfAborted();
    const ended = error instanceof Error ? error.message : String(error);
    progress.say(ended);
    return { kernel: version, ...report, verdicts, ended };
  }
}
