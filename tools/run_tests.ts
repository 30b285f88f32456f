// Runs all tests: installs and builds what they need, runs `deno test` for each form of the programs, prints one line of counts.
import { attend } from "../shared/process/exec.ts";
import { ARCH_NAMES } from "./arch.ts";
import { ensureBuilt } from "./build.ts";
import { CACHE, downloadEnv, inCheckout, ROOT, type ToolContext } from "./checkout.ts";
import { ensurePackages, missingPackages } from "./debian.ts";
import { makeDenoRun, withDenoRun } from "./deno_run.ts";
import { testPackages } from "./packages.ts";

/** Tells the tests how slow this machine is. */
const PRELOADED = "tests/preload/main.ts";

/** What the programs under test are: compiled, or run by this Deno ({@link makeDenoRun}), or one after the other. */
export const FORMS = ["compiled", "deno-run", "both"] as const;
export type Form = typeof FORMS[number];

/** What is run a second time: tests in which the runtime does most of the work, by how their files' names begin. */
const DENO_RUN_TESTS = ["plugin_", "calls_", "launcher_", "manager_worker_", "lab_test"] as const;

/** The exit code of `deno test`, which gets `args`. Throws when the programs cannot be built. */
export async function runTests(
  args: readonly string[],
  form: Form,
  context: ToolContext,
): Promise<number> {
  const isRoot = Deno.uid() === 0;
  if (isRoot) await ensurePackages(testPackages, context);
  else await sayWhatCannotRun(context);
  await ensureBuilt(ARCH_NAMES, context);
  const passes: Pass[] = [];
  if (form !== "deno-run") passes.push(await runPass("compiled", args, context));
  if (form !== "compiled") {
    const files = args.length > 0 ? args : await listDenoRunTests();
    if (isRoot) passes.push(await runPass("deno-run", files, context));
    else context.log("The programs under `deno run` are not tested: that needs root.");
  }
  const counted = passes.map(({ junit, code }) => count(junit, code));
  if (passes.length > 1) {
    // More words than one before the counts: whoever adds up lines of counts is to find one alone.
    passes.forEach(({ form }, index) =>
      console.log(`With ${form} programs: ${render(counted[index]!)}`)
    );
  }
  console.log(render(sum(counted)));
  return passes.find(({ code }) => code !== 0)?.code ?? 0;
}

interface Pass {
  readonly form: Exclude<Form, "both">;
  readonly junit: string;
  readonly code: number;
}

async function runPass(
  form: Pass["form"],
  args: readonly string[],
  context: ToolContext,
): Promise<Pass> {
  const report = `${CACHE}/junit-${form}.xml`;
  await Deno.writeTextFile(report, "");
  const frozen = context.env.CI === "true" ? ["--frozen"] : [];
  const preload = `--preload=${PRELOADED}`;
  const test = ["test", "--allow-all", preload, ...frozen, `--junit-path=${report}`, ...args];
  const argv = inCheckout(Deno.execPath(), ...test);
  if (form === "deno-run") {
    context.log(`Programs under test: run by Deno ${Deno.version.deno}`);
    await makeDenoRun();
  }
  const code = await attend({
    argv: form === "deno-run" ? withDenoRun(argv) : argv,
    env: downloadEnv(context),
  });
  return { form, junit: await Deno.readTextFile(report), code };
}

async function listDenoRunTests(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(`${ROOT}/tests`), ({ name }) => name);
  return DENO_RUN_TESTS.flatMap((start) => {
    const found = files.filter((name) => name.startsWith(start) && name.endsWith("_test.ts"));
    if (found.length === 0) {
      throw new Error(`Cannot test a second time: there is no tests/${start}*`);
    }
    return found.sort().map((name) => `tests/${name}`);
  });
}

async function sayWhatCannotRun({ log }: ToolContext): Promise<void> {
  log("Not root: tests that make network namespaces are skipped.");
  const missing = await missingPackages(testPackages);
  if (missing.length > 0) {
    log(`Not installed: ${missing.join(" ")}. Tests that need them are skipped.`);
  }
}

/** Of tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Of a JUnit report and an exit code. A run that failed before its first test counts as one failure. */
export function count(junit: string, code: number): Counts {
  const bodies = Array.from(
    junit.matchAll(/<testcase\b[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs),
    ([, body]) => body ?? "",
  );
  const broken = bodies.filter((body) => /<(failure|error)\b/.test(body)).length;
  const skipped = bodies.filter((body) => body.includes("<skipped")).length;
  const passed = bodies.length - broken - skipped;
  return { passed, failed: code === 0 ? broken : Math.max(broken, 1), skipped };
}

/** Of all passes together. */
export function sum(all: readonly Counts[]): Counts {
  const of = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/** "N passed, N failed, N skipped". */
export function render({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
