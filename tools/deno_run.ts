// The programs in their second form: the same bundles, with the same permissions, under `deno run` of the Deno that builds.
// It has the runtime that `deno compile` downloads where it can; where it cannot, the compiled programs have an older one.
import { HOST_ARCH } from "./arch.ts";
import { assertAnswers, bundlePath } from "./build.ts";
import { DIST } from "./checkout.ts";
import { permissionFlags, PROGRAM_NAMES, type ProgramName, PROGRAMS } from "./permissions.ts";

const DIR = `${DIST}/deno-run`;

/** Makes the programs anew of the bundles that {@link ensureBuilt} has left; answers their folder. */
export async function makeDenoRun(): Promise<string> {
  await Deno.mkdir(DIR, { recursive: true });
  for (const name of PROGRAM_NAMES) {
    const program = `${DIR}/${name}`;
    await Deno.copyFile(bundlePath(name), `${program}.js`);
    await Deno.writeTextFile(program, renderStarter(name, program), { mode: 0o755 });
    await assertAnswers(name, program);
  }
  // So a lab, which builds what is not up to date, takes them as they are.
  await Deno.copyFile(`${DIST}/${HOST_ARCH}/.inputs`, `${DIR}/.inputs`);
  return DIR;
}

/**
 * An argv that runs another one where the compiled programs' folder holds these: in a mount namespace of its own, so
 * tests, fixtures and labs need not know of it, and nothing is left.
 */
export function withDenoRun(argv: readonly [string, ...string[]]): [string, ...string[]] {
  const mount = `mount --bind "$1" "$2" && shift 2 && exec "$@"`;
  // deno-fmt-ignore
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh",
    DIR, `${DIST}/${HOST_ARCH}`, ...argv];
}

/** It may be copied: it names everything by absolute path. DENO_DIR: as a compiled program, it keeps no cache. */
function renderStarter(name: ProgramName, program: string): string {
  const { may, v8Flags } = PROGRAMS[name];
  // deno-fmt-ignore
  const argv = [Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock", "--no-remote", "--no-npm",
    "--no-code-cache", ...permissionFlags(may), ...v8Flags, `${program}.js`];
  const words = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return `#!/bin/sh\nDENO_DIR=/dev/null DENO_NO_UPDATE_CHECK=1 exec ${words} "$@"\n`;
}
