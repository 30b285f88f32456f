// Makes a Debian's file system in a folder, from where debootstrap finds Debian.
import type { Arch } from "./arch.ts";
import { downloadEnv, type ToolContext, watch } from "./checkout.ts";
import { ensurePackages } from "./debian.ts";

const SCRIPTS = "/usr/share/debootstrap/scripts";

/** The smallest one, and `packages`; about a minute. Throws when it fails, or this is not root on Debian. */
export async function debootstrap(
  suite: string,
  arch: Arch,
  root: string,
  packages: readonly string[],
  context: ToolContext,
): Promise<void> {
  await ensurePackages(["debootstrap"], context);
  await Deno.mkdir(root, { recursive: true });
  // A suite that is younger than this debootstrap is made as sid is; no mirror given is debootstrap's own.
  const isKnown = await Deno.stat(`${SCRIPTS}/${suite}`).then(() => true, () => false);
  const include = packages.length === 0 ? [] : [`--include=${packages.join(",")}`];
  // deno-fmt-ignore
  await watch(`make a Debian ${suite} for ${arch}`, {
    argv: ["debootstrap", "--variant=minbase", `--arch=${arch}`, ...include, suite, root, "",
      `${SCRIPTS}/${isKnown ? suite : "sid"}`],
    env: downloadEnv(context),
  });
}
