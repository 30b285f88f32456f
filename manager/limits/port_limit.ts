// Takes no more ports of LANs than a node may have: reflectors refuse a node with too many routes.
import { isDeepStrictEqual } from "node:util";
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
  #facts: NodeFacts;
  /** As the plugin binary reads them. */
  #written: NodeFacts;

  /**
   * @param most ports of all LANs together; 0: no limit
   * @param written the facts that the plugin's file has
   */
  constructor(
    private readonly most: number,
    private readonly written: NodeFacts,
    private readonly tell: Tell,
    private readonly write: (facts: NodeFacts) => Promise<unknown> = writeNodeFacts,
  ) {
    this.#facts = this.#written = written;
  }

  /** What calls go by that are answered here. */
  get facts(): NodeFacts {
    return this.#facts;
  }

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    if (this.most === 0) return;
    const wasFull = this.#facts.mostPorts !== undefined;
    const few = this.most - Math.max(1, Math.floor(this.most / PART));
    const isFull = ports.length > (wasFull ? few : this.most - 1);
    if (isFull === wasFull) return;
    this.#facts = isFull ? { ...this.written, mostPorts: this.most } : this.written;
    this.tell({ kind: isFull ? "ports-full" : "ports-taken-again", most: this.most });
  }

  async look(): Promise<void> {
    const facts = this.#facts;
    if (isDeepStrictEqual(facts, this.#written)) return;
    await this.write(facts);
    this.#written = facts;
  }
}
