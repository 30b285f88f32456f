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
import { renderVerdict } from "./report.ts";
import { prepareRoot } from "./root.ts";
import { runCase, type Verdict } from "./run_cases.ts";
import { IMAGES, pickKernels, readServed, type ServedKernel } from "./served.ts";

/** What came of a kernel. */
export interface KernelReport {
  /** The version of Debian's package, such as "6.1.192-3". */
  readonly kernel: string;
  /** The Debian whose programs were in the machine, such as "forky". */
  readonly root: string;
  readonly bootSeconds?: number;
  /** The factor by which the time limits of the last case were multiplied. */
  readonly timeScale?: number;
  readonly verdicts: readonly Verdict[];
  /** Why not all cases were run: the kernel did not come up, or ended. */
  readonly ended?: string;
  /** Why not all cases were run: somebody has ended the run. */
  readonly interrupted?: string;
}

export interface Plan {
  readonly versions: readonly string[];
  /** The Debian whose programs are in the machine. */
  readonly suite: string;
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
  readonly suite: string;
  readonly cases: readonly Case[];
  /** A folder for what kernels and cases print. */
  readonly logs: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** The error of {@link testKernels} where this machine can have no kernels to test. */
export class NoKernels extends Error {}

/**
 * Gives the report of each kernel that came up or failed to, as soon as it has ended. When `signal`
 * is given, the last report has what was seen until then.
 * @throws {NoKernels} when a kernel cannot be prepared
 * @throws {Error} when a version is not served, or `signal` is given before a kernel is up
 */
export async function* testKernels(
  plan: Plan,
  context: ToolContext,
): AsyncGenerator<KernelReport, void> {
  const { suite, cases, cache, signal, progress } = plan;
  signal.throwIfAborted();
  const logs = `${cache}/logs`;
  await Deno.mkdir(logs, { recursive: true });
  using lock = await Deno.open(`${cache}/lock`, { create: true, write: true });
  const taken = Promise.race([lock.lock(true), untilAborted(signal)]);
  await progress.during("taking the cache, as soon as no other run has it", () => taken);
  // The drive has a fixed name, so that what a killed run has left is overwritten.
  const checkout = `${cache}/checkout.ext4`;
  const { root, kernels } = await prepare(plan, context);
  try {
    await progress.during(
      "copying the checkout",
      () => makeCheckoutDrive(cache, checkout, context),
    );
    const accelerator = plan.accelerator ?? await findAccelerator();
    if (accelerator !== "kvm") progress.say("all CPUs are emulated");
    const hardware = { root, checkout, accelerator };
    for (const [kernel, files] of kernels) {
      if (signal.aborted) return;
      yield await testKernel(kernel, files, { hardware, suite, cases, logs, signal, progress });
    }
  } finally {
    await Deno.remove(checkout).catch(() => {});
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** What is kept in the cache: the root drive, and the files of each kernel that is wanted. */
async function prepare(
  { versions, suite, cache, signal, progress }: Plan,
  context: ToolContext,
): Promise<{ readonly root: string; readonly kernels: [ServedKernel, BootFiles][] }> {
  const apt = new Apt(`${cache}/apt`, context);
  const list = apt.update().then(() => apt.search(IMAGES));
  const served = await orNoKernels(progress.during("reading which kernels are served", () => list));
  const wanted = pickKernels(readServed(served), versions);
  signal.throwIfAborted();
  const root = await orNoKernels(prepareRoot(suite, cache, context, progress));
  const kernels: [ServedKernel, BootFiles][] = [];
  for (const kernel of wanted) {
    signal.throwIfAborted();
    const files = progress.during(
      `kernel ${kernel.version}`,
      () => prepareKernel(kernel, cache, apt),
    );
    kernels.push([kernel, await orNoKernels(files)]);
  }
  signal.throwIfAborted();
  return { root, kernels };
}

async function orNoKernels<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new NoKernels(error instanceof Error ? error.message : String(error));
  }
}

async function testKernel(
  { version }: ServedKernel,
  files: BootFiles,
  { hardware, suite, cases, logs, signal, progress }: Bench,
): Promise<KernelReport> {
  const verdicts: Verdict[] = [];
  // What two Debians have printed is kept side by side.
  const log = (name: string) => `${logs}/${version}-${suite}-${name.replaceAll("/", "-")}.log`;
  const started = performance.now();
  const report: { bootSeconds?: number; timeScale?: number } = {};
  try {
    const booting = Machine.boot(files, hardware, log("console"), signal);
    await using machine = await progress.during(
      `booting ${version} with Debian ${suite}`,
      () => booting,
    );
    report.bootSeconds = Math.round((performance.now() - started) / 1000);
    progress.say(`${version} is up`);
    for (const one of cases) {
      // Other programs may have come to this machine's processors since the last case.
      const factor = Math.max(report.timeScale ?? 1, await measureTimeScale(machine));
      if (factor !== report.timeScale) progress.say(`time limits are multiplied by ${factor}`);
      report.timeScale = factor;
      const verdict = await runCase(machine, one, report.timeScale, log(one.name), progress);
      verdicts.push(verdict);
      progress.say(`${version}, ${one.name}: ${renderVerdict(verdict)}`);
      if (verdict.stopped !== undefined) throw new Error(verdict.stopped);
    }
    return { kernel: version, root: suite, ...report, verdicts };
  } catch (error) {
    if (signal.aborted && report.bootSeconds === undefined) throw signal.reason;
    if (signal.aborted) {
      return {
        kernel: version,
        root: suite,
        ...report,
        verdicts,
        interrupted: signal.reason.message,
      };
    }
    const ended = error instanceof Error ? error.message : String(error);
    progress.say(ended);
    return { kernel: version, root: suite, ...report, verdicts, ended };
  }
}
