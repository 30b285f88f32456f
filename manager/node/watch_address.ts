// Watches whether the node still has the address and MTU that it was configured with.
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import type { Tell } from "../events/event.ts";
import { learnUnderlay } from "../facts.ts";
import type { Duty } from "../loop/duty.ts";
import type { Settings } from "../settings.ts";

export class AddressWatch implements Duty {
  readonly name = "find this node's address";
  #hasChanged = false;

  constructor(
    private readonly settings: Settings,
    private readonly facts: NodeFacts,
    private readonly tell: Tell,
  ) {}

  /** The node is to be configured anew. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  async look(): Promise<void> {
    const { vtep, mtu } = await learnUnderlay(this.settings);
    if (vtep === this.facts.vtep && mtu === this.facts.mtu) return;
    this.#hasChanged = true;
    this.tell({ kind: "underlay-changed", vtep, mtu });
  }
}
