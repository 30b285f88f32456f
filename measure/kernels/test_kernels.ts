// Prepares drives and kernels, boots one kernel after the other, and runs the cases in each.
import { type ToolContext } from "../../tools/checkout.ts";
import { findAccelerator } from "./accelerator.ts";
import { Apt } from "./apt.ts";
import type { Case } from "./cases.ts";
import { makeCheckoutDrive } from "./checkout_drive.ts";
import { type BootFiles, prepareKernel } from "./kernel.ts";
import { type Hardware, Machine } from "./machine.ts";
import { measureTimeScale } from "./measure_time_scale.ts";
import type { Progress } from "./progress.ts";
import { prepareRoot } from "./root.ts";
import { runCase, type Verdict } from "./run_cases.ts";
import { IMAGES, pickKernels, readServed, type ServedKernel } from "./served.ts";

/** What came of a kernel. */
export interface KernelReport {
  /** As Debian counts, such as "6.1.192-3". */
  readonly kernel: string;
  readonly bootSeconds?: number;
  /** By what time limits were multiplied. */
  readonly timeScale?: number;
  readonly verdicts: readonly Verdict[];
  /** Why not all cases were run: the kernel did not come up, or ended. */
  readonly ended?: string;
}

export interface Plan {
  readonly versions: readonly string[];
  readonly cases: readonly Case[];
  readonly suite: string;
  readonly cache: string;
  /** Even where this machine's CPUs could be used. */
  readonly emulate: boolean;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export async function testKernels(
  { versions, cases, suite, cache, emulate, signal, progress }: Plan,
  context: ToolContext,
): Promise<KernelReport[]> {
  await Deno.mkdir(cache, { recursive: true });
  using lock = await Deno.open(`${cache}/lock`, { create: true, write: true });
  await lock.lock(true);
  const apt = new Apt(`${cache}/apt`, context);
  await progress.during("reading which kernels are served", apt.update());
  const kernels = pickKernels(readServed(await apt.search(IMAGES)), versions);
  const root = await prepareRoot(suite, cache, context, progress);
  const boots: [ServedKernel, BootFiles][] = [];
  for (const kernel of kernels) {
    const files = prepareKernel(kernel, cache, apt, context);
    boots.push([kernel, await progress.during(`kernel ${kernel.version}`, files)]);
  }
  const accelerator = emulate ? "tcg" : await findAccelerator();
  progress.say(
    accelerator === "kvm" ? "kernels run on this machine's CPUs" : "all CPUs are emulated",
  );
  const logs = `${cache}/logs`;
  await Deno.mkdir(logs, { recursive: true });
  const work = await Deno.makeTempDir({ dir: cache, prefix: "run-" });
  try {
    const checkout = `${work}/checkout.ext4`;
    const made = makeCheckoutDrive(cache, checkout, context);
    await progress.during("copying the checkout", made);
    const reports = [];
    for (const [kernel, files] of boots) {
      const console = `${work}/console`;
      const hardware = { root, checkout, accelerator };
      reports.push(
        await testKernel(kernel, files, hardware, console, cases, logs, signal, progress),
      );
    }
    return reports;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function testKernel(
  { version }: ServedKernel,
  files: BootFiles,
  hardware: Hardware,
  console: string,
  cases: readonly Case[],
  logs: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<KernelReport> {
  const verdicts: Verdict[] = [];
  const started = performance.now();
  const report: { bootSeconds?: number; timeScale?: number } = {};
  try {
    const booting = Machine.boot(files, hardware, console, signal);
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
