// What the plugin knows of its node: from the manager's file, or by looking where no manager is.
import { fail } from "../shared/faults.ts";
import { type NodeFacts, parseNodeFacts } from "../shared/lan/node_facts.ts";
import { NODE_FACTS_FILE } from "../shared/lan/paths.ts";
import { findUnderlay, type Underlay } from "../shared/lan/underlay.ts";
import type { Host } from "../shared/host.ts";
import type { CheckedCall } from "./checked_call.ts";

/**
 * Reads the manager's file; undefined without one, on a node without a manager.
 * @throws {FaultError} "try-later" when the node has a manager that has not written it yet
 */
export async function readFacts(
  { managed, host }: Pick<CheckedCall, "managed" | "host">,
): Promise<NodeFacts | undefined> {
  const text = await host.readText(NODE_FACTS_FILE);
  const facts = text === undefined ? undefined : parseNodeFacts(text);
  if (facts === undefined && managed) {
    fail(
      "try-later",
      `Cannot learn about this node: the manager has not written ${NODE_FACTS_FILE} yet`,
    );
  }
  return facts;
}

/**
 * VTEP address and underlay MTU of the device `master`, or of the node where no device is named.
 */
export async function readUnderlay(
  facts: NodeFacts | undefined,
  master: string | undefined,
  host: Host,
): Promise<Underlay> {
  if (master === undefined && facts !== undefined) return facts;
  return await findUnderlay(host.run, master === undefined ? {} : { device: master });
}
