// The second form of the programs: the same bundles and permissions, run by this Deno.
// This Deno has the runtime that `deno compile` downloads where it can. Where it cannot, the
// compiled programs have an older runtime.
import { HOST_ARCH } from "./arch.ts";
import { basename } from "node:path";
import { assertAnswers, bundlePath, stampPath } from "./build.ts";
import { DIST, findDenoDir, ROOT, type ToolContext } from "./checkout.ts";
import { NODE_PROGRAMS, permissionFlags, PROGRAM_NAMES, PROGRAMS } from "./permissions.ts";

const DIR = `${DIST}/deno-run`;

/**
 * Makes the programs anew of the bundles that {@link ensureBuilt} has left, and answers their
 * folder. The lab is the exception: as an executable it carries the others, so here it runs from
 * source, and everything is allowed.
 */
export async function makeDenoRun(context: ToolContext): Promise<string> {
  await Deno.mkdir(DIR, { recursive: true });
  for (const name of NODE_PROGRAMS) {
    const program = `${DIR}/${name}`;
    const { may, v8Flags } = PROGRAMS[name];
    await Deno.copyFile(bundlePath(name), `${program}.js`);
    await writeStarter(program, "/dev/null", [
      ...["--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-code-cache"],
      ...permissionFlags(may),
      ...v8Flags,
      `${program}.js`,
    ]);
    await assertAnswers(name, program);
  }
  // A lab builds what is not up to date. With these stamps it takes the programs as they are.
  for (const name of PROGRAM_NAMES) {
    const stamp = stampPath(name, HOST_ARCH);
    await Deno.copyFile(stamp, `${DIR}/${basename(stamp)}`);
  }
  const lab = ["--allow-all", "--config", `${ROOT}/deno.json`, `${ROOT}/lab/main.ts`];
  await writeStarter(`${DIR}/lab`, await findDenoDir(context), lab);
  return DIR;
}

/**
 * An argv that runs another one where the compiled programs' folder holds these programs. That
 * folder is bound in a mount namespace of the command's own, so tests, fixtures and labs need not
 * know of it, and nothing is left.
 */
export function withDenoRun(argv: readonly [string, ...string[]]): [string, ...string[]] {
  const mount = `mount --bind "$1" "$2" && shift 2 && exec "$@"`;
  // deno-fmt-ignore
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh",
    DIR, `${DIST}/${HOST_ARCH}`, ...argv];
}

/**
 * Writes a starter, which may be copied: it names everything by absolute path.
 * @param denoDir where Deno keeps what it fetches; a compiled program, and a bundle, keep nothing
 */
async function writeStarter(path: string, denoDir: string, args: readonly string[]): Promise<void> {
  const words = [Deno.execPath(), "run", "--quiet", ...args].map(quote).join(" ");
  const env = `DENO_DIR=${quote(denoDir)} DENO_NO_UPDATE_CHECK=1`;
  await Deno.writeTextFile(path, `#!/bin/sh\n${env} exec ${words} "$@"\n`, { mode: 0o755 });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
