// What the plugin knows of its node: from the manager's file, or where no manager is, found out.
import { fail } from "../shared/faults.ts";
import { type NodeFacts, parseNodeFacts } from "../shared/lan/node_facts.ts";
import { LAN_NETNS, NODE_FACTS_FILE } from "../shared/lan/paths.ts";
import { findUnderlay, type Underlay } from "../shared/lan/underlay.ts";
import type { Ports } from "../shared/ports.ts";
import type { Request } from "./request.ts";

export interface Node {
  readonly lanNetns: string;
  /** What the manager wrote. */
  readonly facts?: NodeFacts;
}

/** Reads the manager's file; without one, a node without a manager is assumed.
 * @throws {FaultError} "try-later" when the node has a manager that has not written it yet */
export async function readNode(
  { managed, ports }: Pick<Request, "managed" | "ports">,
): Promise<Node> {
  const facts = await readFacts(ports);
  if (facts !== undefined) return { lanNetns: facts.lanNetns, facts };
  if (managed) {
    fail(
      "try-later",
      `Cannot learn about this node: the manager has not written ${NODE_FACTS_FILE} yet`,
    );
  }
  return { lanNetns: LAN_NETNS };
}

async function readFacts(ports: Ports): Promise<NodeFacts | undefined> {
  const text = await ports.readText(NODE_FACTS_FILE);
  return text === undefined ? undefined : parseNodeFacts(text);
}

/** VTEP address and underlay MTU: of the device `master` where the config names one, else of the node. */
export async function readUnderlay(
  node: Node,
  master: string | undefined,
  ports: Ports,
): Promise<Underlay> {
  if (master === undefined && node.facts !== undefined) return node.facts;
  return await findUnderlay(ports.run, master === undefined ? {} : { device: master });
}
