// All devices of a kind in a namespace, by one `ip` without -details: those of a thousand LANs are megabytes of JSON with them.
import { type Command, type Completed, describe } from "../command.ts";
import { fail } from "../faults.ts";
import { showKind } from "./commands.ts";
import { type Link, parseLinks } from "./link.ts";
import { inNetns } from "./session.ts";

// A change in the namespace between two parts of a long list: it may lack a device, and is asked for again.
const MAX_DUMPS = 50;

/**
 * The devices of a kind, without what only -details tells: kind, VXLAN, port settings.
 * @throws {FaultError} "try-later" when they cannot be listed, or changed all the time
 */
export async function listLinks(
  run: (command: Command) => Promise<Completed>,
  netns: string,
  kind: "bridge" | "vxlan" | "veth",
): Promise<Link[]> {
  const argv = inNetns(netns, ["ip", "-json", ...showKind(kind)]);
  for (let dumps = 1; dumps <= MAX_DUMPS; dumps++) {
    const done = await run({ argv });
    if (done.reason === "success" && done.stderr === "") return parseLinks(done.stdout);
    if (!done.stderr.startsWith("Dump was interrupted")) {
      fail("try-later", `Cannot list the devices in ${netns}`, describe(done));
    }
  }
  return fail("try-later", `Cannot list the devices: they changed during ${MAX_DUMPS} looks`);
}
