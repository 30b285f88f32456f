// What a lab needs of the machine that it runs on: Debian packages, built programs.
import type { Lab } from "./conf/read_lab.ts";
import { describeMissing, findMissing } from "./programs/find_missing.ts";
import type { Installation } from "./installation/installation.ts";
import type { ToolContext } from "../tools/checkout.ts";
import { ensurePackages } from "../tools/debian.ts";
import { labPackages } from "../tools/packages.ts";

export interface PrepareContext extends ToolContext {
  readonly findFiles: () => Promise<Installation>;
  readonly buildPrograms: () => Promise<void>;
}

/** Installs and builds what is missing, and answers where it is. Throws what cannot be had. */
export async function prepareMachine(context: PrepareContext): Promise<Installation> {
  await ensurePackages(labPackages, context);
  await context.buildPrograms();
  return await context.findFiles();
}

/**
 * Says which programs a lab's startups will miss. With `install`, the Debian packages of these
 * programs are installed first.
 */
export async function providePrograms(
  lab: Lab,
  skeleton: string,
  install: boolean,
  context: ToolContext,
): Promise<void> {
  let missing = await findMissing(lab, skeleton);
  const packages = missing.flatMap(({ debianPackage }) => debianPackage ?? []);
  if (install && packages.length > 0) {
    await ensurePackages([...new Set(packages)], context);
    missing = await findMissing(lab, skeleton);
  }
  const told = describeMissing(missing);
  if (told !== undefined) context.log(`Note: ${told}`);
}
