// Runs cases in a kernel, one after the other, and tells what came of each.
import { listTests } from "../../tools/list_tests.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import type { Case } from "./cases.ts";
import { CHECKOUT_IN_MACHINE } from "./checkout_drive.ts";
import type { Machine } from "./machine.ts";
import type { At, Progress } from "../progress.ts";
import { tapReader, type TestEnd } from "./tap.ts";

/** What came of a case. */
export interface Verdict {
  readonly name: string;
  readonly seconds: number;
  readonly passed: number;
  /** The names of tests that were left out, which tell why. */
  readonly skipped: readonly string[];
  readonly failures: readonly { readonly name: string; readonly why: string }[];
  /** Why the case did not come to its end: the kernel has ended, or somebody has ended it. */
  readonly stopped?: string;
}

/**
 * How many lines are kept of what a program printed last, for a case that failed without naming a
 * test.
 */
const LINES_KEPT = 40;
const PRELOADED = "tests/preload/main.ts";

/** Runs a case; all that is printed goes to `log`. */
export async function runCase(
  machine: Pick<Machine, "run">,
  { name, run }: Case,
  timeScale: number,
  log: string,
  progress: Progress,
): Promise<Verdict> {
  using file = await Deno.open(log, { create: true, truncate: true, write: true });
  const started = performance.now();
  const read = tapReader();
  const ended: TestEnd[] = [];
  const last: string[] = [];
  const encoder = new TextEncoder();
  const argv = [
    "env",
    "-C",
    CHECKOUT_IN_MACHINE,
    "NO_COLOR=1",
    `MEGALOS_TIME_SCALE=${timeScale}`,
    ...argvOf(run),
  ];
  const work = (at: At) =>
    machine.run(argv, (line) => {
      file.writeSync(encoder.encode(`${line}\n`));
      last.push(line);
      if (last.length > LINES_KEPT) last.shift();
      const end = read(line);
      if (end !== undefined) ended.push(end);
      at("tests" in run ? `${ended.length} tests` : line);
      if (end === undefined) return;
      if (end.outcome === "failed") progress.say(`${name}: FAILED ${end.name}`);
    });
  let code: number | undefined;
  let stopped: { readonly stopped?: string } = {};
  try {
    code = await progress.during(name, work);
  } catch (error) {
    stopped = { stopped: error instanceof Error ? error.message : String(error) };
  }
  const those = (wanted: TestEnd["outcome"]) => ended.filter(({ outcome }) => outcome === wanted);
  const failures = those("failed")
    .map(({ name, messages }) => ({ name, why: messages.join("\n") }));
  if (code !== undefined && code !== 0 && failures.length === 0) {
    failures.push({ name: `ended with ${code}`, why: last.join("\n") });
  }
  const passed = "tests" in run ? those("passed").length : code === 0 ? 1 : 0;
  const skipped = those("skipped").map(({ name }) => name);
  const seconds = Math.round((performance.now() - started) / 1000);
  return { name, seconds, passed, skipped, failures, ...stopped };
}

function argvOf(run: Case["run"]): string[] {
  if ("lab" in run) return labArgv(run.lab, run.nodes);
  return "tests" in run ? testArgv(run.tests) : measureArgv(run.measure);
}

function measureArgv([name, ...words]: readonly [string, ...string[]]): string[] {
  // deno-fmt-ignore
  return [`${CHECKOUT_IN_MACHINE}/deno`, "run", "--allow-all", "--no-check", "--cached-only",
    `measure/${name}/main.ts`, ...words];
}

function testArgv(beginnings: readonly string[]): string[] {
  // deno-fmt-ignore
  return [`${CHECKOUT_IN_MACHINE}/deno`, "test", "--allow-all", "--no-check", "--cached-only", "--reporter=tap",
    `--preload=${PRELOADED}`, ...listTests(beginnings)];
}

/**
 * Runs the executable lab: Deno would translate the lab's sources first, which takes half a minute
 * where CPUs are emulated.
 */
function labArgv(example: string, nodes: number): string[] {
  return [`dist/${HOST_ARCH}/lab`, "up", `lab/examples/${example}`, "--nodes", `${nodes}`];
}
