// Builds the programs: one bundle each, compiled for every architecture with least permissions.
import { run } from "../shared/process/exec.ts";
import { describe } from "../shared/process/command.ts";
import { type Arch, compileTarget, HOST_ARCH } from "./arch.ts";
import { CACHE, DIST, downloadEnv, inCheckout, must, type ToolContext } from "./checkout.ts";
import { hashInputs } from "./inputs.ts";
import { permissionFlags, PROGRAM_NAMES, type ProgramName, PROGRAMS } from "./permissions.ts";
import { canDownload, compileEnv, findRuntime, type Runtime } from "./runtime.ts";

/** Where the built program is. */
export function programPath(name: ProgramName, arch: Arch): string {
  return `${DIST}/${arch}/${name}`;
}

/** Builds what is not up to date, and says so only then; two callers at a time take turns. */
export async function ensureBuilt(
  archs: readonly Arch[],
  context: ToolContext,
): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  using lock = await Deno.open(`${CACHE}/build.lock`, { create: true, write: true });
  await lock.lock(true);
  const inputs = await hashInputs(context.env.DENORT_BIN);
  const stale: Arch[] = [];
  for (const arch of archs) {
    if (await readStamp(arch) !== inputs) stale.push(arch);
  }
  if (stale.length === 0) return;
  // One after the other: on a fresh machine two of them would install the bundler over each other.
  for (const name of PROGRAM_NAMES) await bundle(name, context);
  for (const arch of stale) await buildFor(arch, inputs, context);
}

async function buildFor(arch: Arch, inputs: string, context: ToolContext): Promise<void> {
  const runtime = await findRuntime(arch, context, { cache: CACHE, canDownload });
  context.log(`Building dist/${arch}/{${PROGRAM_NAMES}} with ${runtime.description}`);
  await Deno.remove(stampPath(arch)).catch(ignoreMissing);
  await Deno.mkdir(`${DIST}/${arch}`, { recursive: true });
  await Deno.mkdir(`${CACHE}/${arch}`, { recursive: true });
  for (const name of PROGRAM_NAMES) {
    // A program that is running keeps its file; the new one is tried before it takes the place.
    const unproven = `${CACHE}/${arch}/${name}`;
    await compile(name, arch, runtime, unproven, context);
    if (arch === HOST_ARCH) await assertAnswers(name, unproven);
    await Deno.rename(unproven, programPath(name, arch));
  }
  await Deno.writeTextFile(stampPath(arch), inputs);
}

/** One file and, kept beside it, its source map. */
async function bundle(name: ProgramName, context: ToolContext): Promise<void> {
  // deno-fmt-ignore
  // Not minified: esbuild's minifier drops the disposal of a `using` whose variable is used once (its issue 4482).
  const argv = inCheckout(Deno.execPath(), "bundle", "--quiet", "--sourcemap=external",
    "--output", bundlePath(name), PROGRAMS[name].main);
  await must(`bundle ${name}`, { argv, env: downloadEnv(context, { NO_COLOR: "1" }) });
}

async function compile(
  name: ProgramName,
  arch: Arch,
  runtime: Runtime,
  output: string,
  context: ToolContext,
): Promise<void> {
  // --no-code-cache: the cache has a predictable name in /tmp, any local user may have made it, and
  // it is run as code.
  const { may, v8Flags } = PROGRAMS[name];
  // deno-fmt-ignore
  const argv = inCheckout(runtime.deno, "compile", "--no-config", "--no-lock", "--no-check",
    "--no-code-cache", ...permissionFlags(may), ...v8Flags,
    "--target", compileTarget(arch), "--output", output, bundlePath(name));
  await must(`compile ${name} for ${arch}`, {
    argv,
    env: compileEnv(runtime.denort, context),
  });
}

/**
 * Runs a built program once, behind `wrapper`, in an otherwise empty environment; answers its stdout.
 * A denort of another version than Deno's makes a program that does not start.
 */
export async function assertAnswers(
  name: ProgramName,
  path: string,
  wrapper: readonly string[] = [],
): Promise<string> {
  const { env, args, answer } = PROGRAMS[name].ask;
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const done = await run({ argv: ["env", "-i", ...variables, ...wrapper, path, ...args] });
  if (done.reason !== "success" || !answer.test(done.stdout)) {
    const said = JSON.stringify(done.stdout);
    throw new Error(`Cannot use the built ${name}: ${describe(done)}, and its answer is ${said}`);
  }
  return done.stdout;
}

export function bundlePath(name: ProgramName): string {
  return `${DIST}/bundle/${name}.js`;
}

function stampPath(arch: Arch): string {
  return `${DIST}/${arch}/.inputs`;
}

/** What an architecture was last built from; undefined when that is not to be relied on. */
async function readStamp(arch: Arch): Promise<string | undefined> {
  try {
    await Promise.all(PROGRAM_NAMES.map((name) => Deno.stat(programPath(name, arch))));
    return await Deno.readTextFile(stampPath(arch));
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
