// Has this machine's kernel start another architecture's programs by qemu, while an image is built.
import { exists } from "../shared/files.ts";
import { type Arch, HOST_ARCH, machineName } from "./arch.ts";
import { must, type ToolContext } from "./checkout.ts";
import { ensurePackages } from "./debian.ts";

/**
 * Makes programs of `arch` start until `undo` is disposed of. Where something starts them already
 * (qemu-user, Docker's binfmt), it is left alone. Throws when that is not permitted.
 */
export async function startPrograms(
  arch: Arch,
  context: ToolContext,
  undo: AsyncDisposableStack,
): Promise<void> {
  if (arch === HOST_ARCH) return;
  const handlers = await mountHandlers(undo);
  const name = `qemu-${machineName(arch)}`;
  if (await exists(`${handlers}/${name}`)) return;
  await ensurePackages(["qemu-user-static"], context);
  context.log(`Programs for ${arch} are started by qemu during the build`);
  await Deno.writeTextFile(`${handlers}/register`, await readHandler(name));
  undo.defer(() => Deno.writeTextFile(`${handlers}/${name}`, "-1"));
}

/** Mounts a view of the kernel's binfmt_misc of our own: it need not be mounted elsewhere. */
async function mountHandlers(undo: AsyncDisposableStack): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "megalos-binfmt-" });
  undo.defer(() => Deno.remove(dir));
  await must("look at the kernel's binfmt_misc", {
    argv: ["mount", "-t", "binfmt_misc", "binfmt_misc", dir],
  });
  undo.defer(async () => void await must(`unmount ${dir}`, { argv: ["umount", dir] }));
  return dir;
}

/**
 * Debian's own line for the handler (binfmt.d(5)). The line has the flag F, so qemu need not be
 * inside a chroot.
 */
async function readHandler(name: string): Promise<string> {
  const text = await Deno.readTextFile(`/usr/lib/binfmt.d/${name}.conf`);
  return text.split("\n").find((line) => line.startsWith(":")) ?? "";
}
