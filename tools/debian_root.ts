// Unpacks another Debian's programs in the cache, and runs commands with that Debian as root.
import { exists } from "../shared/files.ts";
import { HOST_ARCH } from "./arch.ts";
import { CACHE, findDenoDir, ROOT, type ToolContext } from "./checkout.ts";
import { debootstrap, installIn } from "./debootstrap.ts";
import { arm64Packages, testPackages } from "./packages.ts";
import enterRoot from "./enter_root.sh" with { type: "text" };

/** What tests need in it: all but what runs the other architecture's programs. */
const PACKAGES = testPackages.filter((name) => !arm64Packages.some((other) => other === name));

/**
 * The folder with a Debian's file system. It is `root` where that is a path. Else `root` names a
 * suite ("trixie"), whose folder is made the first time, which takes minutes. Throws when it cannot
 * be made.
 */
export async function findRoot(root: string, context: ToolContext): Promise<string> {
  if (root.includes("/")) return await Deno.realPath(root);
  const dir = `${CACHE}/debian/${root}-${HOST_ARCH}`;
  if (await exists(dir)) return dir;
  context.log(`Making a Debian ${root} in ${dir}`);
  const part = `${dir}.part`;
  await debootstrap(root, HOST_ARCH, part, context);
  await installIn(part, PACKAGES, context);
  await Deno.rename(part, dir);
  return dir;
}

/**
 * An argv that runs another one in a mount namespace of its own, where `root` is the root. The
 * command then has that Debian's programs, and this checkout, this Deno and its cache are in their
 * usual places.
 */
export async function inRoot(
  root: string,
  argv: readonly [string, ...string[]],
  context: ToolContext,
): Promise<[string, ...string[]]> {
  const denoDir = await findDenoDir(context);
  const deno = Deno.execPath().replace(/\/[^/]*$/, "");
  // deno-fmt-ignore
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", enterRoot, "sh",
    root, ROOT, deno, denoDir, "--", ...argv];
}
