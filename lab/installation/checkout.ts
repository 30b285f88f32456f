// The lab's files in a checkout of the sources, whose programs are built where they are outdated.
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { DIST, ROOT, type ToolContext } from "../../tools/checkout.ts";
import { NODE_PROGRAMS } from "../../tools/permissions.ts";
import type { Installation } from "./installation.ts";

export const CHECKOUT: Installation = {
  programs: `${DIST}/${HOST_ARCH}`,
  skeleton: `${ROOT}/lab/skeleton`,
  examples: `${ROOT}/lab/examples`,
};

/** Builds the programs of nodes. Throws when a program cannot be built. */
export async function buildPrograms(context: ToolContext): Promise<void> {
  await ensureBuilt([HOST_ARCH], context, NODE_PROGRAMS);
}
