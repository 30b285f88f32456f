// Stands in for Debian's base image where no registry can be reached. debootstrap makes it once.
import { exists } from "../shared/files.ts";
import type { Arch } from "./arch.ts";
import { CACHE, must, type ToolContext } from "./checkout.ts";
import { debootstrap, removeTree } from "./debootstrap.ts";

/** What debootstrap downloads, and what it copies from the machine that it runs on. */
const LEFT_OUT = ["var/cache/apt/archives/*.deb", "etc/hostname", "etc/resolv.conf"];

/**
 * A directory whose Dockerfile is such a base image. Making it takes about a minute the first time.
 * The packages come from where debootstrap finds Debian. Throws when it fails, or when this is not
 * root on Debian.
 */
export async function makeBase(
  suite: string,
  arch: Arch,
  context: ToolContext,
): Promise<string> {
  const dir = `${CACHE}/image/debian-${suite}-${arch}`;
  const dockerfile = `${dir}/Dockerfile`;
  if (await exists(dockerfile)) return dir;
  context.log(`Making a base of Debian ${suite} for ${arch}`);
  await removeTree(dir);
  const root = `${dir}/root`;
  // The finished image has no apt, and none of this machine's settings of it.
  await debootstrap(suite, arch, root, context);
  const excluded = LEFT_OUT.map((path) => `--exclude=./${path}`);
  // deno-fmt-ignore
  await must("pack the base", { argv: ["tar", "--create", "--numeric-owner", "--directory", root,
    ...excluded, "--file", `${dir}/root.tar`, "."] }, context);
  await removeTree(root);
  // This is written last, for it says that all is there.
  await Deno.writeTextFile(dockerfile, "FROM scratch\nADD root.tar /\n");
  return dir;
}
