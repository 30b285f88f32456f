// What a lab needs of the machine that it runs on: root, Debian packages, built programs.
import { HOST_ARCH } from "../tools/arch.ts";
import { ensureBuilt } from "../tools/build.ts";
import { DIST, type Surroundings } from "../tools/checkout.ts";
import { ensurePackages } from "../tools/debian.ts";
import { labPackages } from "../tools/packages.ts";

/** Installs and builds what is missing; answers the folder with the programs. Throws what cannot be had. */
export async function prepareMachine(surroundings: Surroundings): Promise<string> {
  if (Deno.uid() !== 0) {
    throw new Error("Cannot start a lab: namespaces need root, and this is not");
  }
  await ensurePackages(labPackages, surroundings);
  await ensureBuilt([HOST_ARCH], surroundings);
  return `${DIST}/${HOST_ARCH}`;
}
