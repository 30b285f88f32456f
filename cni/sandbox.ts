// The pod's side of an attachment: which namespaces CNI_NETNS may name.
import { cut } from "../shared/quote.ts";
import { describe } from "../shared/process/command.ts";
import { fail } from "../shared/faults.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import { mustEnd } from "../shared/process/must.ts";
import type { Link } from "../shared/iproute2/link.ts";
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { netnsId } from "../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import type { FileStat } from "../shared/host.ts";
import { isNoNetns } from "./lan_access.ts";
import type { CheckedCall } from "./checked_call.ts";

/**
 * The pod's interface as it is, or undefined.
 * @throws {FaultError} "netns" when CNI_NETNS cannot be entered
 */
export async function showPodInterface(
  { environment, kernel }: CheckedCall,
): Promise<Link | undefined> {
  const { netns, ifname } = environment;
  try {
    const links = await kernel.show(netns, [showLink(ifname)]);
    return links.find((link) => link.ifname === ifname || link.altnames.includes(ifname));
  } catch (thrown) {
    if (!isNoNetns(thrown)) throw thrown;
    return fail(
      "netns",
      `Cannot enter CNI_NETNS ${cut(netns)}: it is not a network namespace`,
      describe(thrown.completed),
    );
  }
}

/**
 * Refuses what cannot be a pod's namespace: no namespace at all, the node's own and the LAN
 * namespace.
 * @throws {FaultError} of kind "netns"
 */
export async function refuseNetns(
  call: CheckedCall,
  facts: NodeFacts | undefined,
): Promise<void> {
  const { netns, netnsOverride } = call.environment;
  const { own, lan, pod } = await readFiles(call, facts);
  if (pod === undefined) fail("netns", `Cannot enter CNI_NETNS ${cut(netns)}: it does not exist`);
  if (!pod.isFile) {
    fail("netns", `Cannot enter CNI_NETNS ${cut(netns)}: it is not a network namespace`);
  }
  if (netnsId(pod.inode) === own && !netnsOverride) {
    fail("netns", `Cannot use CNI_NETNS ${cut(netns)}: it is the plugin's own namespace`);
  }
  if (pod.inode === lan?.inode) {
    fail("netns", `Cannot use CNI_NETNS ${cut(netns)}: it is the LAN namespace`);
  }
}

interface Files {
  /** The node's own namespace as `net:[INODE]`. */
  readonly own: string;
  readonly lan: FileStat | undefined;
  readonly pod: FileStat | undefined;
}

async function readFiles(
  { environment: { netns }, host }: CheckedCall,
  facts: NodeFacts | undefined,
): Promise<Files> {
  const [lan, pod] = await Promise.all([host.stat(LAN_NETNS), host.stat(netns)]);
  if (facts !== undefined && lan !== "unknown" && pod !== "unknown") {
    return { own: facts.nodeNetns, lan, pod };
  }
  // A compiled program may not look into /proc; stat(1) may.
  const paths = [host.nodeNetns, LAN_NETNS, netns];
  const argv = ["stat", "--dereference", "--format=%i %f %n", "--", ...paths] as const;
  const done = await mustEnd(`look at ${cut(netns)}`, { argv }, host.run);
  const files = new Map(done.stdout.split("\n").map(parseStat));
  const [own, lanFile, podFile] = paths.map((path) => files.get(path));
  if (own === undefined) fail("try-later", `Cannot look at ${cut(netns)}: ${describe(done)}`);
  return { own: netnsId(own.inode), lan: lanFile, pod: podFile };
}

/** Reads a line of stat(1): inode, mode in hexadecimal (inode(7)), path. */
function parseStat(line: string): [path: string, FileStat] {
  const [inode, mode = "", ...path] = line.split(" ");
  const isFile = (parseInt(mode, 16) & S_IFMT) === S_IFREG;
  return [path.join(" "), { inode: Number(inode), isFile }];
}

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
