// Runs all tests: installs and builds what they need, then runs `deno test` for each form.
import { attend, run } from "../shared/process/exec.ts";
import { isSince, parseFrrVersion } from "../shared/releases.ts";
import { ARCH_NAMES } from "./arch.ts";
import { ensureBuilt } from "./build.ts";
import { CACHE, downloadEnv, inCheckout, type ToolContext } from "./checkout.ts";
import { listTests } from "./list_tests.ts";
import { ensurePackages, missingPackages } from "./debian.ts";
import { findRoot, inRoot } from "./debian_root.ts";
import { makeDenoRun, withDenoRun } from "./deno_run.ts";
import { testPackages } from "./packages.ts";

/** Tells the tests how slow this machine is. */
const PRELOADED = "tests/preload/main.ts";

/**
 * What the programs under test are: compiled, or run by this Deno ({@link makeDenoRun}), or one
 * after the other.
 */
export const FORMS = ["compiled", "deno-run", "both"] as const;
export type Form = typeof FORMS[number];

/**
 * What is run a second time: tests in which the runtime does most of the work, by the beginnings of
 * their paths in tests/.
 */
const DENO_RUN_TESTS = ["plugin/", "calls/", "manager/worker_", "lab/lab_test"] as const;
/** What is run on another Debian: what depends on iproute2 and util-linux. */
const ROOT_TESTS = ["plugin/"] as const;
/** What is run there, too, where FRR is not too old for the manager. */
const FRR_TESTS = ["wire_", "manager/worker_"] as const;
const OLDEST_FRR = [8, 4] as const;

export interface TestRequest {
  /** Arguments of `deno test`. Without any, each pass has its own. */
  readonly args: readonly string[];
  /**
   * The form to test. Without one, both forms are tested, or, where there are arguments or roots,
   * the compiled programs.
   */
  readonly form: Form | undefined;
  /** Debians to run the tests on instead of this machine's, as {@link findRoot} takes them. */
  readonly roots: readonly string[];
}

/** One run of `deno test`. */
interface Pass {
  readonly title: string;
  /** Without any, and on another Debian, what that Debian's FRR can run. */
  readonly args: readonly string[];
  readonly form: Exclude<Form, "both">;
  readonly root?: string;
}

/** The exit code of `deno test`. Throws when the programs cannot be built. */
export async function runTests(request: TestRequest, context: ToolContext): Promise<number> {
  const isRoot = Deno.uid() === 0;
  if (isRoot) await ensurePackages(testPackages, context);
  else await sayWhatCannotRun(context);
  await ensureBuilt(ARCH_NAMES, context);
  const counted: Counts[] = [];
  const codes: number[] = [];
  const summaries: string[] = [];
  for (const pass of planPasses(request)) {
    if (!isRoot && (pass.form === "deno-run" || pass.root !== undefined)) {
      context.log(`Not tested: ${pass.title}, which needs root`);
      continue;
    }
    context.log(`Under test: ${pass.title}`);
    const { junit, code } = await runPass(pass, context);
    const counts = count(junit, code);
    counted.push(counts);
    codes.push(code);
    // The line has more words than one before its counts: whoever adds up lines of counts is to
    // find only one line that begins with them.
    summaries.push(`With ${pass.title}: ${render(counts)}`);
    summaries.push(...listFailed(junit).map((name) => `  failed: ${name}`));
  }
  if (summaries.length > 1) console.log(summaries.join("\n"));
  console.log(render(sum(counted)));
  return codes.find((code) => code !== 0) ?? 0;
}

function planPasses({ args, form, roots }: TestRequest): Pass[] {
  const wanted = form ?? (args.length === 0 && roots.length === 0 ? "both" : "compiled");
  const forms = (["compiled", "deno-run"] as const).filter((one) =>
    wanted === one || wanted === "both"
  );
  const passes: Pass[] = [];
  for (const form of forms) {
    const title = form === "compiled"
      ? "compiled programs"
      : `programs run by Deno ${Deno.version.deno}`;
    for (const root of roots) passes.push({ title: `${title} on ${root}`, args, form, root });
    if (roots.length > 0) continue;
    const all = form === "compiled" || args.length > 0;
    passes.push({ title, args: all ? args : listTests(DENO_RUN_TESTS), form });
  }
  return passes;
}

async function runPass(
  { form, args, root }: Pass,
  context: ToolContext,
): Promise<{ junit: string; code: number }> {
  const dir = root === undefined ? undefined : await findRoot(root, context);
  const files = dir === undefined || args.length > 0 ? args : await listRootTests(dir, context);
  const report = `${CACHE}/junit-${form}.xml`;
  await Deno.writeTextFile(report, "");
  const frozen = context.env.CI === "true" ? ["--frozen"] : [];
  const preload = `--preload=${PRELOADED}`;
  const test = ["test", "--allow-all", preload, ...frozen, `--junit-path=${report}`, ...files];
  let argv = inCheckout(Deno.execPath(), ...test);
  if (form === "deno-run") {
    await makeDenoRun(context);
    argv = withDenoRun(argv);
  }
  if (dir !== undefined) argv = await inRoot(dir, argv, context);
  const code = await attend({ argv, env: downloadEnv(context) });
  return { junit: await Deno.readTextFile(report), code };
}

async function listRootTests(dir: string, context: ToolContext): Promise<string[]> {
  const bgpd = await inRoot(dir, ["/usr/lib/frr/bgpd", "--version"], context);
  const { tests, leftOut } = pickRootTests((await run({ argv: bgpd })).stdout);
  if (leftOut !== undefined) context.log(`Not tested: ${leftOut}`);
  return listTests(tests);
}

/**
 * What is run in a Debian where `bgpd --version` prints this, by the beginnings of paths in tests/,
 * and what is left out there, with why.
 */
export function pickRootTests(
  printed: string,
): { readonly tests: readonly string[]; readonly leftOut?: string } {
  const version = parseFrrVersion(printed);
  if (version !== undefined && isSince(version, OLDEST_FRR)) {
    return { tests: [...ROOT_TESTS, ...FRR_TESTS] };
  }
  const found = version === undefined ? "no bgpd runs there" : `FRR is ${version}`;
  const leftOut = `${FRR_TESTS.map((name) => `tests/${name}*`).join(", ")}, because ${found}, ` +
    `and the manager needs ${OLDEST_FRR.join(".")}`;
  return { tests: ROOT_TESTS, leftOut };
}

async function sayWhatCannotRun({ log }: ToolContext): Promise<void> {
  log("Not root: tests that make network namespaces are skipped.");
  const missing = await missingPackages(testPackages);
  if (missing.length > 0) {
    log(`Not installed: ${missing.join(" ")}. Tests that need them are skipped.`);
  }
}

/** Numbers of tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Reads the counts of a JUnit report and an exit code. A run that failed before its first test
 * counts as one failure.
 */
export function count(junit: string, code: number): Counts {
  const bodies = Array.from(
    junit.matchAll(/<testcase\b[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs),
    ([, body]) => body ?? "",
  );
  const broken = bodies.filter(hasFailed).length;
  const skipped = bodies.filter((body) => body.includes("<skipped")).length;
  const passed = bodies.length - broken - skipped;
  return { passed, failed: code === 0 ? broken : Math.max(broken, 1), skipped };
}

/** The most that is said of why a test has failed, in characters. */
const MOST_OF_WHY = 400;

/**
 * "FILE: TEST: WHY" of each test of a JUnit report that failed. FILE has a line where the stack
 * names a test file: the report's own name is that of the file that has registered the test.
 */
export function listFailed(junit: string): string[] {
  return Array.from(
    junit.matchAll(
      /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs,
    ),
    ([, name, file, body = ""]) => {
      if (!hasFailed(body)) return [];
      const place = /\bat .*?([^/ (]+\/[^/]+_test\.ts:\d+)/.exec(body)?.[1] ?? file;
      const message = /<(?:failure|error) message="(?:Uncaught )?([^"]*)"/.exec(body)?.[1] ?? "";
      const why = unescapeXml(message).replaceAll(/\s+/g, " ").trim().slice(0, MOST_OF_WHY);
      return [`${unescapeXml(`${place}: ${name}`)}: ${why}`];
    },
  ).flat();
}

const hasFailed = (body: string) => /<(failure|error)\b/.test(body);

const XML: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

const unescapeXml = (text: string) => text.replaceAll(/&(\w+);/g, (all, name) => XML[name] ?? all);

/** The counts of all passes together. */
export function sum(all: readonly Counts[]): Counts {
  const of = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/** "N passed, N failed, N skipped". */
export function render({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
