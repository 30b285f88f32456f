// Takes no more ports of LANs than a node may have: reflectors refuse a node with too many routes.
import { type NodeFacts, renderNodeFacts } from "../../shared/lan/node_facts.ts";
import type { Tell } from "../events/event.ts";
import { writeNodeFacts } from "../facts.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";
import { findFull, NOBODY_FULL } from "./share_ports.ts";

/** Says in the node's facts, which every ADD reads, who takes no more ports. */
export class PortLimit implements Duty {
  readonly name = "limit the ports of LANs";
  #full = NOBODY_FULL;
  /** What the plugin's file says of it. */
  #written: string;

  /**
   * @param most ports of all LANs together; 0: no limit
   * @param node the facts that the plugin's file has, of a node that is not full
   */
  constructor(
    private readonly most: number,
    private readonly node: NodeFacts,
    private readonly tell: Tell,
    private readonly write: (facts: NodeFacts) => Promise<unknown> = writeNodeFacts,
  ) {
    this.#written = renderNodeFacts(node);
  }

  /** What calls go by that are answered here. */
  get facts(): NodeFacts {
    const fullNamespaces = [...this.#full.namespaces.keys()];
    return {
      ...this.node,
      ...(this.#full.node && { mostPorts: this.most }),
      ...(fullNamespaces.length > 0 && { fullNamespaces }),
    };
  }

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    const { most, tell } = this;
    const was = this.#full;
    const full = findFull(ports, most, was);
    this.#full = full;
    if (full.node !== was.node) {
      tell({ kind: full.node ? "ports-full" : "ports-taken-again", most });
    }
    for (const [namespace, count] of full.namespaces) {
      if (was.namespaces.has(namespace)) continue;
      tell({ kind: "namespace-ports-full", namespace, count, most });
    }
    for (const namespace of was.namespaces.keys()) {
      if (full.namespaces.has(namespace)) continue;
      tell({ kind: "namespace-ports-taken-again", namespace, most });
    }
  }

  async look(): Promise<void> {
    const { facts } = this;
    const text = renderNodeFacts(facts);
    if (text === this.#written) return;
    await this.write(facts);
    this.#written = text;
  }
}
