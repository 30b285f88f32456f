// What the words behind `lab up` and `lab graph` mean: a lab's folder, and devices of it.
import { exists } from "../../shared/files.ts";
import type { Terminal } from "./terminal.ts";

/** A lab's folder, and the devices of the lab that are wanted. No device means all of them. */
export interface Target {
  /** An absolute path. */
  readonly dir: string;
  readonly devices: readonly string[];
}

/**
 * The lab is in the folder of `-d`, or in the first word where that is a folder, or in the caller's
 * own folder. When the caller gives neither and has no lab.conf, the lab is the example two-pcs.
 * The other words are devices.
 */
export async function findTarget(
  words: readonly string[],
  directory: string | undefined,
  { cwd, resolve, findFiles, warn }: Pick<Terminal, "cwd" | "resolve" | "findFiles" | "warn">,
): Promise<Target> {
  if (directory !== undefined) return { dir: directory, devices: words };
  const [first, ...others] = words;
  if (first === undefined) {
    if (await exists(`${cwd}/lab.conf`)) return { dir: cwd, devices: [] };
    warn(`No lab.conf in ${cwd}: this is the example two-pcs.`);
    return { dir: `${(await findFiles()).examples}/two-pcs`, devices: [] };
  }
  // A word that looks like a path, or is one, is no device's name.
  if (/[/.]/.test(first) || await isFolder(resolve(first))) {
    return { dir: resolve(first), devices: others };
  }
  if (await exists(`${cwd}/lab.conf`)) return { dir: cwd, devices: words };
  return { dir: resolve(first), devices: others };
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
