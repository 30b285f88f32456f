// Takes no more ports of LANs than a node may have: reflectors refuse a node with too many routes.
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import type { Tell } from "../events/event.ts";
import { writeNodeFacts } from "../facts.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";

/** One part in so many goes before ports are taken again, so nobody fills the log at the limit. */
const PART = 20;

/** Says in the node's facts, which every ADD reads, that the node takes no more ports. */
export class PortLimit implements Duty {
  readonly name = "limit the ports of LANs";
  #isFull = false;
  /** So the plugin's file says. */
  #isWrittenFull = false;

  /**
   * @param most ports of all LANs together; 0: no limit
   * @param node the facts that the plugin's file has, of a node that is not full
   */
  constructor(
    private readonly most: number,
    private readonly node: NodeFacts,
    private readonly tell: Tell,
    private readonly write: (facts: NodeFacts) => Promise<unknown> = writeNodeFacts,
  ) {}

  /** What calls go by that are answered here. */
  get facts(): NodeFacts {
    return this.#isFull ? { ...this.node, mostPorts: this.most } : this.node;
  }

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    if (this.most === 0) return;
    const few = this.most - Math.max(1, Math.floor(this.most / PART));
    const isFull = ports.length > (this.#isFull ? few : this.most - 1);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.tell({ kind: isFull ? "ports-full" : "ports-taken-again", most: this.most });
  }

  async look(): Promise<void> {
    const isFull = this.#isFull;
    if (isFull === this.#isWrittenFull) return;
    await this.write(this.facts);
    this.#isWrittenFull = isFull;
  }
}
