// All devices of some kinds in a namespace. Without -details: with them, 1,000 LANs are megabytes.
import { describe } from "../process/command.ts";
import { fail } from "../faults.ts";
import { batch } from "./batch.ts";
import { showKind } from "./commands.ts";
import { INTERRUPTED, readWhole } from "./dump.ts";
import { isInterrupted } from "./messages.ts";
import { type Link, parseLinks } from "./link.ts";
import type { Run } from "../process/exec.ts";
import { inNetns } from "../process/netns.ts";

export type Kind = "bridge" | "vxlan" | "veth";

/**
 * The devices of each kind, in the order of `kinds`, by one `ip`. What only -details tells is
 * missing: kind, VXLAN, port settings.
 * @throws {FaultError} "try-later" when they cannot be listed, or changed all the time
 */
export async function listLinks<const Kinds extends readonly Kind[]>(
  run: Run,
  netns: string,
  kinds: Kinds,
): Promise<{ readonly [At in keyof Kinds]: Link[] }> {
  const { argv, ...input } = batch("ip", kinds.map(showKind), "-json");
  return await readWhole(async () => {
    const done = await run({ argv: inNetns(netns, argv), ...input });
    if (isInterrupted(done.stderr)) return INTERRUPTED;
    // `ip` answers each question by one line.
    const answers = done.stdout.split("\n").filter((line) => line !== "");
    if (done.reason === "success" && done.stderr === "" && answers.length === kinds.length) {
      return answers.map(parseLinks) as { [At in keyof Kinds]: Link[] };
    }
    return fail("try-later", `Cannot list the devices in ${netns}`, describe(done));
  });
}
