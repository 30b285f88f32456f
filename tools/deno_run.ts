// The second form of the programs: the same bundles and permissions, run by this Deno.
// This Deno has the runtime that `deno compile` downloads where it can. Where it cannot, the
// compiled programs have an older runtime.
import { HOST_ARCH } from "./arch.ts";
import { basename } from "node:path";
import { assertAnswers, bundlePath, programPath, stampPath } from "./build.ts";
import { DIST, findDenoDir, ROOT, type ToolContext } from "./checkout.ts";
import {
  NODE_PROGRAMS,
  permissionFlags,
  type Permissions,
  PROGRAM_NAMES,
  PROGRAMS,
} from "./permissions.ts";

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
    await Deno.copyFile(bundlePath(name), `${program}.js`);
    const args = starterArgs(`${program}.js`, name, PROGRAMS[name].may);
    await writeStarter(program, "/dev/null", args);
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
 * Makes a folder with the compiled programs, of which one is run by this Deno with other
 * permissions than its own. Answers the folder.
 */
export async function writeReducedPrograms(
  name: typeof NODE_PROGRAMS[number],
  may: Permissions,
): Promise<string> {
  const dir = await Deno.makeTempDir({ dir: DIST, prefix: "reduced-" });
  for (const other of NODE_PROGRAMS) {
    if (other !== name) await Deno.link(programPath(other, HOST_ARCH), `${dir}/${other}`);
  }
  await Deno.copyFile(bundlePath(name), `${dir}/${name}.js`);
  await writeStarter(`${dir}/${name}`, "/dev/null", starterArgs(`${dir}/${name}.js`, name, may));
  return dir;
}

/** What `deno` runs a bundle with. */
function starterArgs(script: string, name: typeof NODE_PROGRAMS[number], may: Permissions) {
  return [
    ...["--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-code-cache"],
    ...permissionFlags(may),
    ...PROGRAMS[name].v8Flags,
    script,
  ];
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
