// All devices of a kind in a namespace. Without -details: with them, 1,000 LANs are megabytes.
import { describe } from "../process/command.ts";
import { fail } from "../faults.ts";
import { showKind } from "./commands.ts";
import { INTERRUPTED, readWhole } from "./dump.ts";
import { isInterrupted } from "./messages.ts";
import { type Link, parseLinks } from "./link.ts";
import type { Run } from "../process/exec.ts";
import { argvOf } from "./words.ts";
import { inNetns } from "../process/netns.ts";

/**
 * The devices of a kind, without what only -details tells: kind, VXLAN, port settings.
 * @throws {FaultError} "try-later" when they cannot be listed, or changed all the time
 */
export async function listLinks(
  run: Run,
  netns: string,
  kind: "bridge" | "vxlan" | "veth",
): Promise<Link[]> {
  const argv = inNetns(netns, argvOf(showKind(kind), "-json"));
  return await readWhole(async () => {
    const done = await run({ argv });
    if (done.reason === "success" && done.stderr === "") return parseLinks(done.stdout);
    if (isInterrupted(done.stderr)) return INTERRUPTED;
    return fail("try-later", `Cannot list the devices in ${netns}`, describe(done));
  });
}
