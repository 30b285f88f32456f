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
    await writeProgram(program, name, PROGRAMS[name].may);
    await assertAnswers(name, program, [], context);
  }
  // A lab builds what is not up to date. With these stamps it takes the programs as they are.
  for (const name of PROGRAM_NAMES) {
    const stamp = stampPath(name, HOST_ARCH);
    await Deno.copyFile(stamp, `${DIR}/${basename(stamp)}`);
  }
  const lab = ["--allow-all", "--config", `${ROOT}/deno.json`, `${ROOT}/lab/main.ts`];
  const start = `${denoRun(await findDenoDir(context), lab)} "$@"`;
  await Deno.writeTextFile(`${DIR}/lab`, `#!/bin/sh\n${start}\n`, { mode: 0o755 });
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
  await writeProgram(`${dir}/${name}`, name, may);
  return dir;
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
 * Writes a bundle that starts itself, so it may be copied to where this checkout is not seen. Its
 * second line is a command to sh(1), and a string with a comment behind it to Deno.
 */
async function writeProgram(
  path: string,
  name: typeof NODE_PROGRAMS[number],
  may: Permissions,
): Promise<void> {
  const args = [
    ...["--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-code-cache"],
    ...permissionFlags(may),
    ...PROGRAMS[name].v8Flags,
    "--ext=js",
  ];
  const bundle = await Deno.readTextFile(bundlePath(name));
  // A bundle keeps nothing, so Deno needs no folder.
  const start = `':' //; ${denoRun("/dev/null", args)} "$0" "$@"`;
  await Deno.writeTextFile(path, `#!/bin/sh\n${start}\n${bundle}`, { mode: 0o755 });
}

/**
 * The words of sh(1) that end in a script's name.
 * @param denoDir where Deno keeps what it fetches
 */
function denoRun(denoDir: string, args: readonly string[]): string {
  const words = [Deno.execPath(), "run", "--quiet", ...args].map(quote).join(" ");
  return `DENO_DIR=${quote(denoDir)} DENO_NO_UPDATE_CHECK=1 exec ${words}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
