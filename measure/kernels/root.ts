// Makes the drive that all kernels boot: a small Debian with what tests and labs need.
import { exists } from "../../shared/files.ts";
import { downloadEnv, must, type ToolContext } from "../../tools/checkout.ts";
import { makeDrive } from "./drive.ts";
import { fingerprint } from "./fingerprint.ts";
import { guestPackages } from "./packages.ts";
import { Progress } from "../progress.ts";

const SUITE = "bookworm";
const LEFT_OUT = [
  "var/cache/apt",
  "var/lib/apt/lists",
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
];

/**
 * Answers the drive of a Debian. The drive is made where it is not in `cache` yet, which takes some
 * minutes.
 */
export async function prepareRoot(
  cache: string,
  context: ToolContext,
  progress: Progress,
): Promise<string> {
  const drive = `${cache}/root-${SUITE}-${await fingerprint(guestPackages.join("\n"))}.ext4`;
  if (await exists(drive)) return drive;
  const root = `${cache}/root.part`;
  await remove(root);
  const env = downloadEnv(context);
  // deno-fmt-ignore
  await progress.during(`downloading Debian ${SUITE}`, () => must(`download Debian ${SUITE}`, { env, argv: ["debootstrap", "--foreign",
    "--variant=minbase", "--arch=amd64", `--include=${guestPackages.join(",")}`, SUITE, root] }));
  await Deno.writeTextFile(`${root}/usr/sbin/policy-rc.d`, "#!/bin/sh\nexit 101\n", {
    mode: 0o755,
  });
  // What packages start while they are installed ends with this command, and it reaches no network.
  // deno-fmt-ignore
  await progress.during(`installing Debian ${SUITE}`, () => must(`install Debian ${SUITE}`, { env, argv: ["unshare", "--net", "--mount", "--pid",
    "--fork", "--kill-child", "chroot", root, "/debootstrap/debootstrap", "--second-stage"] }));
  await remove(...LEFT_OUT.map((path) => `${root}/${path}`), `${root}/usr/sbin/policy-rc.d`);
  await Deno.writeTextFile(`${root}/etc/resolv.conf`, "");
  await progress.during("making the root drive", () => makeDrive(root, `${drive}.part`));
  await remove(root);
  // This comes last, for it says that all is there.
  await Deno.rename(`${drive}.part`, drive);
  return drive;
}

async function remove(...paths: string[]): Promise<void> {
  await must("remove what was made", {
    argv: ["rm", "--recursive", "--force", "--one-file-system", ...paths],
  });
}
