// Runs all tests: installs and builds what they need, runs `deno test`, prints one line of counts.
import { attend } from "../shared/process/exec.ts";
import { ARCH_NAMES } from "./arch.ts";
import { ensureBuilt } from "./build.ts";
import { CACHE, downloadEnv, inCheckout, type ToolContext } from "./checkout.ts";
import { ensurePackages, missingPackages } from "./debian.ts";
import { testPackages } from "./packages.ts";

const REPORT = `${CACHE}/junit.xml`;

/** The exit code of `deno test`, which gets `args`. Throws when the programs cannot be built. */
export async function runTests(
  args: readonly string[],
  context: ToolContext,
): Promise<number> {
  if (Deno.uid() === 0) await ensurePackages(testPackages, context);
  else await sayWhatCannotRun(context);
  await ensureBuilt(ARCH_NAMES, context);
  await Deno.writeTextFile(REPORT, "");
  const frozen = context.env.CI === "true" ? ["--frozen"] : [];
  const test = ["test", "--allow-all", ...frozen, `--junit-path=${REPORT}`, ...args];
  const code = await attend({
    argv: inCheckout(Deno.execPath(), ...test),
    env: downloadEnv(context),
  });
  console.log(summarize(await Deno.readTextFile(REPORT), code));
  return code;
}

async function sayWhatCannotRun({ log }: ToolContext): Promise<void> {
  log("Not root: tests that make network namespaces are skipped.");
  const missing = await missingPackages(testPackages);
  if (missing.length > 0) {
    log(`Not installed: ${missing.join(" ")}. Tests that need them are skipped.`);
  }
}

/**
 * "N passed, N failed, N skipped" from a JUnit report and an exit code.
 * A run that failed before its first test counts as one failure.
 */
export function summarize(junit: string, code: number): string {
  const bodies = Array.from(
    junit.matchAll(/<testcase\b[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs),
    ([, body]) => body ?? "",
  );
  const broken = bodies.filter((body) => /<(failure|error)\b/.test(body)).length;
  const skipped = bodies.filter((body) => body.includes("<skipped")).length;
  const passed = bodies.length - broken - skipped;
  const failed = code === 0 ? broken : Math.max(broken, 1);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
