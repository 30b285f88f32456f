// The pod's side of an attachment: which namespaces CNI_NETNS may name.
import { describe } from "../shared/command.ts";
import { fail } from "../shared/faults.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { netnsId } from "../shared/lan/node_facts.ts";
import { isNoNetns } from "./lan_access.ts";
import type { Node } from "./node.ts";
import type { Request } from "./request.ts";

/** The pod's interface as it is, or undefined.
 * @throws {FaultError} "netns" when CNI_NETNS cannot be entered */
export async function showPodInterface(
  { environment, kernel }: Request,
): Promise<Link | undefined> {
  const { netns, ifname } = environment;
  try {
    const links = await kernel.show(netns, [showLink(ifname)]);
    return links.find((link) => link.ifname === ifname || link.altnames.includes(ifname));
  } catch (thrown) {
    if (!isNoNetns(thrown)) throw thrown;
    return fail(
      "netns",
      `Cannot enter CNI_NETNS ${netns}: it is not a network namespace`,
      describe(thrown.completed),
    );
  }
}

/** Refuses the node's own namespace and the LAN namespace as a pod's.
 * @throws {FaultError} of kind "netns" */
export async function refuseNodeNetns(request: Request, node: Node): Promise<void> {
  const { netns, netnsOverride } = request.environment;
  const { own, lan, pod } = await readInodes(request, node);
  if (pod === undefined) fail("netns", `Cannot enter CNI_NETNS ${netns}: it does not exist`);
  if (pod === own && !netnsOverride) {
    fail("netns", `Cannot use CNI_NETNS ${netns}: it is the plugin's own namespace`);
  }
  if (pod === lan) fail("netns", `Cannot use CNI_NETNS ${netns}: it is the LAN namespace`);
}

/** Namespaces as `net:[INODE]`. */
interface Inodes {
  readonly own: string | undefined;
  readonly lan: string | undefined;
  readonly pod: string | undefined;
}

async function readInodes({ environment, ports }: Request, node: Node): Promise<Inodes> {
  const [lan, pod] = await Promise.all([
    ports.inode(node.lanNetns),
    ports.inode(environment.netns),
  ]);
  if (node.facts !== undefined && lan !== "unknown" && pod !== "unknown") {
    return { own: node.facts.nodeNetns, lan: toId(lan), pod: toId(pod) };
  }
  // This process may not look into /proc itself; stat(1) may.
  const paths = [ports.nodeNetns, node.lanNetns, environment.netns];
  const done = await ports.run({
    argv: ["stat", "--dereference", "--format=%i %n", "--", ...paths],
  });
  const inodes = new Map(
    done.stdout.split("\n").map((line) => {
      const [inode = "", ...path] = line.split(" ");
      return [path.join(" "), `net:[${inode}]`];
    }),
  );
  const [own, lanId, podId] = paths.map((path) => inodes.get(path));
  return { own, lan: lanId, pod: podId };
}

function toId(inode: number | "unknown" | undefined): string | undefined {
  return typeof inode === "number" ? netnsId(inode) : undefined;
}
