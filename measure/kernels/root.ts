// Makes the drive that all kernels boot: a small Debian with what tests and labs need.
import { exists } from "../../shared/files.ts";
import type { ToolContext } from "../../tools/checkout.ts";
import { debootstrap, installIn, removeTree } from "../../tools/debootstrap.ts";
import { makeDrive } from "./drive.ts";
import { fingerprint } from "./fingerprint.ts";
import { guestPackages } from "./packages.ts";
import { Progress } from "../progress.ts";

/** Debian 12, whose programs are the oldest that the manager runs with. */
export const DEFAULT_SUITE = "bookworm";
const LEFT_OUT = [
  "var/cache/apt",
  "var/lib/apt/lists",
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
];

/** Whether this can be the name of a Debian, such as "trixie". */
export function isSuite(text: string): boolean {
  return /^[a-z]+$/.test(text);
}

/**
 * Answers the drive of a Debian. The drive is made where it is not in `cache` yet, which takes some
 * minutes.
 */
export async function prepareRoot(
  suite: string,
  cache: string,
  context: ToolContext,
  progress: Progress,
): Promise<string> {
  const drive = await nameDrive(suite, cache);
  if (await exists(drive)) return drive;
  const root = `${cache}/root.part`;
  progress.say(`making a Debian ${suite}`);
  // Only amd64 is emulated here.
  await debootstrap(suite, "amd64", root, context);
  await installIn(root, guestPackages, context);
  for (const path of LEFT_OUT) await removeTree(`${root}/${path}`);
  await Deno.writeTextFile(`${root}/etc/resolv.conf`, "");
  await progress.during("making the root drive", () => makeDrive(root, `${drive}.part`));
  await removeTree(root);
  // This comes last, for it says that all is there.
  await Deno.rename(`${drive}.part`, drive);
  return drive;
}

/** The path of a Debian's drive: each suite and list of packages has its own. */
export async function nameDrive(suite: string, cache: string): Promise<string> {
  return `${cache}/root-${suite}-${await fingerprint(guestPackages.join("\n"))}.ext4`;
}
