// Builds the programs: one bundle each, compiled for every architecture with least permissions.
import { gzipSync } from "node:zlib";
import { ignoreMissing } from "../shared/files.ts";
import { run } from "../shared/process/exec.ts";
import { describe } from "../shared/process/command.ts";
import { type Arch, compileTarget, HOST_ARCH } from "./arch.ts";
import { packCarried } from "./carry.ts";
import { CACHE, DIST, downloadEnv, inCheckout, must, type ToolContext } from "./checkout.ts";
import { hashInputs } from "./inputs.ts";
import { collectNotices } from "./notices.ts";
import {
  permissionFlags,
  type Program,
  PROGRAM_NAMES,
  type ProgramName,
  PROGRAMS,
} from "./permissions.ts";
import { during } from "./progress.ts";
import { canDownload, compileEnv, findRuntime, type Runtime } from "./runtime.ts";

/** Where the built program is. */
export function programPath(name: ProgramName, arch: Arch): string {
  return `${DIST}/${arch}/${name}`;
}

/** The licences of the libraries that are in the programs. */
export const NOTICES = `${DIST}/NOTICES`;

/** Builds what is not up to date, and says so only then. Two callers at a time take turns. */
export async function ensureBuilt(
  archs: readonly Arch[],
  context: ToolContext,
  names: readonly ProgramName[] = PROGRAM_NAMES,
): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  using lock = await Deno.open(`${CACHE}/build.lock`, { create: true, write: true });
  await takeTurn(lock, context);
  const bundled = new Set<ProgramName>();
  for (const arch of archs) {
    const stale: Stale[] = [];
    for (const name of names) {
      const inputs = await hashInputs(name, context.env.DENORT_BIN);
      if (await readStamp(name, arch) !== inputs) stale.push({ name, inputs });
    }
    if (stale.length === 0) continue;
    // One bundle after the other: on a fresh machine two would install the bundler over each other.
    for (const { name } of stale) if (!bundled.has(name)) await bundle(name, context);
    if (bundled.size === 0) {
      await Deno.writeTextFile(NOTICES, await collectNotices(PROGRAM_NAMES, context));
    }
    for (const { name } of stale) bundled.add(name);
    await buildFor(arch, stale, context);
  }
}

/** Waits for the lock, and says so where another build has it. */
async function takeTurn(lock: Deno.FsFile, { log }: Pick<ToolContext, "log">): Promise<void> {
  if (await lock.tryLock(true)) return;
  log("Waiting until another build of this checkout has ended");
  await during("wait for another build", log, () => lock.lock(true));
}

/** A program that is to be built, and the hash of what it will be built from. */
interface Stale {
  readonly name: ProgramName;
  readonly inputs: string;
}

async function buildFor(
  arch: Arch,
  stale: readonly Stale[],
  context: ToolContext,
): Promise<void> {
  const runtime = await findRuntime(arch, context, { cache: CACHE, canDownload });
  const names = stale.map(({ name }) => name);
  const which = names.length === 1 ? names[0] : `{${names}}`;
  context.log(`Building dist/${arch}/${which} with ${runtime.description}`);
  await Deno.mkdir(`${DIST}/${arch}`, { recursive: true });
  await Deno.mkdir(`${CACHE}/${arch}`, { recursive: true });
  for (const { name, inputs } of stale) {
    await Deno.remove(stampPath(name, arch)).catch(ignoreMissing);
    // A program that is running keeps its file. The new program is tried before it takes the place.
    const unproven = `${CACHE}/${arch}/${name}`;
    await compile(name, arch, runtime, unproven, context);
    if (arch === HOST_ARCH) await assertAnswers(name, unproven, [], context);
    await Deno.rename(unproven, programPath(name, arch));
    await Deno.writeTextFile(stampPath(name, arch), inputs);
  }
}

/** Makes one file and, kept beside it, its source map. */
async function bundle(name: ProgramName, context: ToolContext): Promise<void> {
  // deno-fmt-ignore
  // The bundle is not minified: esbuild's minifier drops the disposal of a `using` whose variable
  // is used once (its issue 4482).
  const argv = inCheckout(Deno.execPath(), "bundle", "--quiet", "--sourcemap=external",
    "--output", bundlePath(name), PROGRAMS[name].main);
  await must(`bundle ${name}`, { argv, env: downloadEnv(context, { NO_COLOR: "1" }) }, context);
  const { page }: Program = PROGRAMS[name];
  if (page !== undefined) await addPage(page, name, context);
}

/**
 * Makes a script for browsers, and adds it to a program's bundle as the function that
 * `manager/map/files.ts` declares. Added at the end, it leaves the lines of the source map alone.
 */
async function addPage(page: string, name: ProgramName, context: ToolContext): Promise<void> {
  const script = `${DIST}/bundle/${name}-page.js`;
  // deno-fmt-ignore
  const argv = inCheckout(Deno.execPath(), "bundle", "--quiet", "--platform", "browser", "--minify",
    "--output", script, page);
  await must(`bundle ${page}`, { argv, env: downloadEnv(context, { NO_COLOR: "1" }) }, context);
  const packed = gzipSync(await Deno.readFile(script), { level: 9 }).toString("base64");
  const answer = `\nfunction packedMapScript() { return "${packed}"; }\n`;
  await Deno.writeTextFile(bundlePath(name), answer, { append: true });
}

async function compile(
  name: ProgramName,
  arch: Arch,
  runtime: Runtime,
  output: string,
  context: ToolContext,
): Promise<void> {
  // --no-code-cache: the cache has a predictable name in /tmp, so any local user may have made it,
  // and the program would run what is in it as code.
  const { may, v8Flags, carries = [] }: Program = PROGRAMS[name];
  const archive = carriedPath(arch);
  if (carries.length > 0) {
    await packCarried(
      Object.fromEntries(carries.map((one) => [one, programPath(one, arch)])),
      archive,
    );
  }
  // deno-fmt-ignore
  const argv = inCheckout(runtime.deno, "compile", "--no-config", "--no-lock", "--no-check",
    "--no-code-cache", ...permissionFlags(may), ...v8Flags,
    ...(carries.length > 0 ? ["--include", archive] : []),
    "--target", compileTarget(arch), "--output", output, bundlePath(name));
  await must(`compile ${name} for ${arch}`, {
    argv,
    env: compileEnv(runtime.denort, context),
  }, context);
}

/** An emulated program on a busy machine takes half a minute to start. */
const ANSWER_LIMIT_MS = 3 * 60_000;

/**
 * Runs a built program once, behind `wrapper`, in an otherwise empty environment, and answers its
 * stdout. A denort of another version than Deno's makes a program that does not start. With a log,
 * a program that takes long to start says so there.
 */
export async function assertAnswers(
  name: ProgramName,
  path: string,
  wrapper: readonly string[] = [],
  context?: Pick<ToolContext, "log">,
): Promise<string> {
  const { env, args, answer } = PROGRAMS[name].ask;
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const argv = ["env", "-i", ...variables, ...wrapper, path, ...args] as const;
  const ask = () => run({ argv, timeoutMs: ANSWER_LIMIT_MS });
  const done = context === undefined
    ? await ask()
    : await during(`ask the built ${name}`, context.log, ask);
  if (done.reason !== "success" || !answer.test(done.stdout)) {
    const said = JSON.stringify(done.stdout);
    throw new Error(`Cannot use the built ${name}: ${describe(done)}, and its answer is ${said}`);
  }
  return done.stdout;
}

export function bundlePath(name: ProgramName): string {
  return `${DIST}/bundle/${name}.js`;
}

/** The archive is beside the bundle, where the compiled program finds it by its own address. */
function carriedPath(arch: Arch): string {
  return `${DIST}/bundle/carried-${arch}.tar`;
}

export function stampPath(name: ProgramName, arch: Arch): string {
  return `${DIST}/${arch}/.inputs-${name}`;
}

/** What a program was last built from; undefined when that is not to be relied on. */
async function readStamp(name: ProgramName, arch: Arch): Promise<string | undefined> {
  try {
    await Deno.stat(programPath(name, arch));
    return await Deno.readTextFile(stampPath(name, arch));
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}
