// Makes a drive of a folder: a file with ext4 that qemu gives to a machine as a drive.
// The machine may write, for it has a copy.
import { must } from "../../tools/checkout.ts";

/** What tests and labs may write at most, in MiB; the file has holes there. */
const ROOM_MIB = 1024;

/** Writes `folder` as a file system into `file`. */
export async function makeDrive(folder: string, file: string): Promise<void> {
  const { stdout } = await must(`measure ${folder}`, {
    argv: ["du", "--summarize", "--block-size=1M", folder],
  });
  const mib = Math.ceil(parseInt(stdout) * 1.1) + ROOM_MIB;
  await Deno.remove(file).catch(() => {});
  // deno-fmt-ignore
  await must(`make a drive of ${folder}`, { argv: ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal",
    "-E", "lazy_itable_init=1,nodiscard", "-m", "0", "-d", folder, file, `${mib}M`] });
}
