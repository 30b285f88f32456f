// What a lab needs of the machine that it runs on: root, Debian packages, built programs.
import type { Lab } from "./conf/read_lab.ts";
import { describeMissing, findMissing } from "./programs/find_missing.ts";
import { HOST_ARCH } from "../tools/arch.ts";
import { ensureBuilt } from "../tools/build.ts";
import { DIST, type ToolContext } from "../tools/checkout.ts";
import { ensurePackages } from "../tools/debian.ts";
import { labPackages } from "../tools/packages.ts";

/** Installs and builds what is missing; answers the folder with the programs. Throws what cannot be had. */
export async function prepareMachine(context: ToolContext): Promise<string> {
  if (Deno.uid() !== 0) {
    throw new Error("Cannot start a lab: namespaces need root, and this is not");
  }
  await ensurePackages(labPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  return `${DIST}/${HOST_ARCH}`;
}

/** Says which programs a lab's startups will miss; with `install`, after having installed their Debian packages. */
export async function providePrograms(
  lab: Lab,
  install: boolean,
  context: ToolContext,
): Promise<void> {
  let missing = await findMissing(lab);
  const packages = missing.flatMap(({ debianPackage }) => debianPackage ?? []);
  if (install && packages.length > 0) {
    await ensurePackages([...new Set(packages)], context);
    missing = await findMissing(lab);
  }
  const told = describeMissing(missing);
  if (told !== undefined) context.log(`Note: ${told}`);
}
