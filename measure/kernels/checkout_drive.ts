// Makes the drive with what is tested: this checkout, its built programs, and Deno with its cache.
import { downloadEnv, inCheckout, must, ROOT, type ToolContext } from "../../tools/checkout.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { makeDrive } from "./drive.ts";
import { listFiles } from "./modules.ts";

/**
 * Where a machine has the checkout. Deno finds what it has translated by this path, so the checkout
 * is bound there on the host, too, while Deno translates the sources. Every Debian has this folder.
 */
export const CHECKOUT_IN_MACHINE = "/srv";
// Arguments: checkout, its other place, and the command to run there.
const RUN_ELSEWHERE = `mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"`;

/** What no test needs: history, caches, and programs of other machines. */
const LEFT_OUT = [".git", ".cache", "dist"];
const PROGRAMS = [
  "tests/preload/main.ts",
  "lab/main.ts",
  "tools/main.ts",
  "measure/powers/main.ts",
];

/**
 * Deno downloads what these files import, because what runs in a machine has no network, and
 * translates them, which takes long where CPUs are emulated. All tests are among them, those in
 * folders too: any may be picked.
 */
export function listEntryPoints(): string[] {
  const tests = listFiles(`${ROOT}/tests`).filter((name) => name.endsWith("_test.ts")).sort();
  return [...PROGRAMS, ...tests.map((name) => `tests/${name}`)];
}

/** Writes the drive into `file`, by way of folders beside it. */
export async function makeCheckoutDrive(
  cache: string,
  file: string,
  context: ToolContext,
): Promise<void> {
  const folder = `${file}.d`;
  const dist = `dist/${HOST_ARCH}`;
  await must("remove an earlier copy", { argv: ["rm", "--recursive", "--force", folder] });
  await Deno.mkdir(`${folder}/dist`, { recursive: true });
  const env = downloadEnv(context, { DENO_DIR: `${cache}/deno` });
  const cacheAll = [Deno.execPath(), "cache", "--quiet", ...listEntryPoints()];
  await must("download what the tests import", {
    // deno-fmt-ignore
    argv: ["unshare", "--mount", "--propagation", "private",
      "sh", "-c", RUN_ELSEWHERE, "sh", ROOT, CHECKOUT_IN_MACHINE, ...cacheAll],
    env,
  });
  const entries = Array.from(Deno.readDirSync(ROOT), ({ name }) => name)
    .filter((name) => !LEFT_OUT.includes(name));
  const copy = async (...paths: string[]) => {
    await must("copy the checkout", { argv: inCheckout("cp", "--archive", ...paths) });
  };
  await copy(...entries, folder);
  await copy(dist, `${folder}/dist`);
  await copy(`${cache}/deno`, `${folder}/.deno`);
  await copy(Deno.execPath(), `${folder}/deno`);
  await makeDrive(folder, file);
  await Deno.remove(folder, { recursive: true });
}
