// Makes of Debian's packages what boots here: a kernel, its first file system, a drive of modules.
import { exists } from "../../shared/files.ts";
import { must } from "../../tools/checkout.ts";
import type { Apt } from "./apt.ts";
import { makeDrive } from "./drive.ts";
import { fingerprint } from "./fingerprint.ts";
import { listFiles, moduleClosure } from "./modules.ts";
import type { ServedKernel } from "./served.ts";
import initramfs from "./guest/initramfs.sh" with { type: "text" };

/** Paths of files that qemu is given. */
export interface BootFiles {
  readonly kernel: string;
  readonly initramfs: string;
  readonly modules: string;
}

/** Hardware that a machine under qemu does not have: nine tenths of a kernel's modules. */
const LEFT_OUT = ["sound", "drivers/net/ethernet", "drivers/net/wireless"];
const KEPT_DRIVERS = ["block", "char", "crypto", "md", "net", "virtio"];
/** What the first file system needs to mount the drives. */
const FIRST_MODULES = ["virtio_pci", "virtio_blk", "crc32c_generic", "crc32c_intel", "ext4"];

/** Answers the files of a kernel; they are made where they are not in `cache` yet. */
export async function prepareKernel(
  kernel: ServedKernel,
  cache: string,
  apt: Apt,
): Promise<BootFiles> {
  const dir = `${cache}/${kernel.version}-${await fingerprint(initramfs)}`;
  const files = {
    kernel: `${dir}/vmlinuz`,
    initramfs: `${dir}/initramfs`,
    modules: `${dir}/modules.ext4`,
  };
  if (await exists(dir)) return files;
  const outdated = Array.from(Deno.readDirSync(cache), ({ name }) => `${cache}/${name}`)
    .filter((other) => other.startsWith(`${cache}/${kernel.version}-`));
  await remove(...outdated);
  const parts = `${dir}.part`;
  await remove(parts);
  await Deno.mkdir(`${parts}/root`, { recursive: true });
  await apt.download(kernel.packages, parts);
  for (const deb of Array.from(Deno.readDirSync(parts), ({ name }) => name)) {
    if (!deb.endsWith(".deb")) continue;
    const argv = ["dpkg-deb", "--extract", `${parts}/${deb}`, `${parts}/root`] as const;
    await must(`unpack ${deb}`, { argv });
    await Deno.remove(`${parts}/${deb}`);
  }
  const root = `${parts}/root`;
  await move([
    `${root}/boot/vmlinuz-${kernel.release}`,
    `${root}/usr/lib/modules/${kernel.release}/vmlinuz`,
  ], `${parts}/vmlinuz`);
  await Deno.mkdir(`${parts}/drive/lib/modules`, { recursive: true });
  const modules = `${parts}/drive/lib/modules/${kernel.release}`;
  await move(
    [`${root}/lib/modules/${kernel.release}`, `${root}/usr/lib/modules/${kernel.release}`],
    modules,
  );
  await trim(modules, kernel.release, `${parts}/drive`);
  await makeInitramfs(modules, kernel.release, parts);
  await makeDrive(`${parts}/drive/lib/modules`, `${parts}/modules.ext4`);
  await remove(root, `${parts}/drive`, `${parts}/initramfs.d`);
  // This comes last, for it says that all is there.
  await Deno.rename(parts, dir);
  return files;
}

/** Leaves out modules for hardware, unpacks the others, and indexes them. */
async function trim(modules: string, release: string, base: string): Promise<void> {
  const drivers = Array.from(Deno.readDirSync(`${modules}/kernel/drivers`), ({ name }) => name);
  await remove(
    ...LEFT_OUT.map((name) => `${modules}/kernel/${name}`),
    ...drivers.filter((name) => !KEPT_DRIVERS.includes(name))
      .map((name) => `${modules}/kernel/drivers/${name}`),
  );
  const packed = listFiles(modules).filter((file) => file.endsWith(".xz"));
  if (packed.length > 0) {
    const argv = ["env", "-C", modules, "xz", "--decompress", "--threads=0", ...packed] as const;
    await must("unpack a kernel's modules", { argv });
  }
  await must("index a kernel's modules", { argv: ["depmod", "--basedir", base, release] });
}

async function makeInitramfs(modules: string, release: string, parts: string): Promise<void> {
  const dir = `${parts}/initramfs.d`;
  const target = `${dir}/lib/modules/${release}`;
  await Deno.mkdir(`${dir}/bin`, { recursive: true });
  await Deno.mkdir(`${dir}/sbin`, { recursive: true });
  await Deno.copyFile("/usr/bin/busybox", `${dir}/bin/busybox`);
  // The kernel itself asks for modules by this name.
  await Deno.symlink("/bin/busybox", `${dir}/sbin/modprobe`);
  await Deno.writeTextFile(`${dir}/init`, initramfs, { mode: 0o755 });
  const dependencies = await Deno.readTextFile(`${modules}/modules.dep`);
  const first = moduleClosure(dependencies, FIRST_MODULES);
  for (const file of [...first, "modules.dep", "modules.alias", "modules.softdep"]) {
    await Deno.mkdir(`${target}/${file}`.replace(/[/][^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${modules}/${file}`, `${target}/${file}`);
  }
  const argv = [
    "env",
    "-C",
    dir,
    "cpio",
    "--create",
    "--format=newc",
    "--quiet",
    "-R",
    "0:0",
    "-F",
    `${parts}/initramfs`,
  ] as const;
  await must("pack a first file system", { argv, stdin: listFiles(dir, true).join("\n") });
}

async function move(from: readonly string[], to: string): Promise<void> {
  for (const path of from) {
    if (await exists(path)) return await Deno.rename(path, to);
  }
  throw new Error(`Cannot use a kernel's packages: they have none of ${from.join(", ")}`);
}

async function remove(...paths: string[]): Promise<void> {
  await must("remove what was made", { argv: ["rm", "--recursive", "--force", ...paths] });
}
