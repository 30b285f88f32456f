// Finds what `deno compile` needs: a Deno, and a denort of its version for the wanted architecture.
import { run } from "../shared/process/exec.ts";
import { type Arch, compileTarget, HOST_ARCH, readArch } from "./arch.ts";
import { downloadEnv, inCheckout, type ToolContext } from "./checkout.ts";
import { during } from "./progress.ts";
import { DENO, DENORT, recover, RECOVERED_VERSION } from "./recover.ts";

export interface Runtime {
  readonly description: string;
  /** Path of the Deno that compiles. */
  readonly deno: string;
  /** Path of its denort; without one Deno takes the one that it has downloaded. */
  readonly denort?: string;
}

/** Where a runtime may come from; tests put their own in. */
export interface Sources {
  /** Where recovered files are kept. */
  readonly cache: string;
  readonly canDownload: (arch: Arch, context: ToolContext) => Promise<boolean>;
}

/**
 * The runtime for an architecture: DENORT_BIN, else what Deno downloads, else the pinned recovery.
 * Throws when a recovered file is not the pinned one, or cannot be fetched.
 */
export async function findRuntime(
  arch: Arch,
  context: ToolContext,
  { cache, canDownload }: Sources,
): Promise<Runtime> {
  const given = context.env.DENORT_BIN;
  // One variable serves two architectures: it counts for the one that its file is of.
  if (given !== undefined && await readArch(given) === arch) {
    return {
      description: `DENORT_BIN, ${given} (it must be of Deno ${Deno.version.deno})`,
      deno: Deno.execPath(),
      denort: given,
    };
  }
  if (await canDownload(arch, context)) {
    return { description: `denort ${Deno.version.deno}, Deno's download`, deno: Deno.execPath() };
  }
  return {
    description: `denort ${RECOVERED_VERSION}, recovered, as Deno's download cannot be reached`,
    deno: await recover(DENO, HOST_ARCH, cache, context),
    denort: await recover(DENORT, arch, cache, context),
  };
}

/**
 * Whether Deno has its own denort for an architecture, or can download it: compiling an empty
 * program tells, in 1-3 s where it cannot.
 */
export async function canDownload(arch: Arch, context: ToolContext): Promise<boolean> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/empty.js`, "");
    // deno-fmt-ignore
    const argv = inCheckout(Deno.execPath(), "compile", "--no-config", "--no-lock",
      "--target", compileTarget(arch), "--output", `${dir}/empty`, `${dir}/empty.js`);
    const env = compileEnv(undefined, context);
    const what = `see whether Deno's runtime for ${arch} can be downloaded`;
    const done = await during(
      what,
      context.log,
      (heard) => run({ argv, env, timeoutMs: 5 * 60_000, heard }),
    );
    return done.reason === "success";
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The environment in which Deno compiles with a denort, or with its own. */
export function compileEnv(
  denort: string | undefined,
  context: ToolContext,
): Record<string, string> {
  const { DENORT_BIN: _, ...env } = downloadEnv(context, { NO_COLOR: "1" });
  return denort === undefined ? env : { ...env, DENORT_BIN: denort };
}
