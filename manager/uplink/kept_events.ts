// The last events of a cluster, which one node cannot fill, under names that tell nodes apart.
import type { NodeEvent } from "../events/event.ts";
import { oldestOfMost } from "../events/oldest_of_most.ts";
import { nameApart } from "../view/names.ts";

/** An event of some node, with a number of the reflector's own. */
export type ClusterEvent = NodeEvent & { readonly node: string };

/** How many events are kept. */
const MOST = 1_000;

interface Kept {
  /** The line's other end; the reflector itself has none. */
  readonly address: string | undefined;
  readonly event: ClusterEvent;
}

export class KeptEvents {
  /** The oldest first. */
  readonly #all: Kept[] = [];
  #number = 0;

  /**
   * Takes the next event of a node. Of too many, whoever has told most loses its oldest, so that
   * nobody's flood takes away what others have told. The reflector is one of them, whomever it
   * tells of: who has many addresses can have it tell of each.
   */
  push(address: string | undefined, node: string, event: NodeEvent): void {
    this.#all.push({ address, event: { ...event, node, number: ++this.#number } });
    if (this.#all.length <= MOST) return;
    const largest = oldestOfMost(this.#all, ({ address }) => address);
    // A peer that flaps takes away nothing else of what the reflector itself has told.
    const gone = largest.address !== undefined ? largest : oldestOfMost(
      this.#all.filter(({ address }) => address === undefined),
      ({ event }) => "peer" in event ? event.peer : undefined,
    );
    this.#all.splice(this.#all.indexOf(gone), 1);
  }

  /**
   * The kept events that are newer than this number, the oldest first; 0 asks for all.
   * @param members who else has a name
   */
  after(
    number: number,
    members: readonly { readonly node: string; readonly address: string }[],
  ): ClusterEvent[] {
    const told = this.#all.map(({ address, event }) => ({ address, name: event.node }));
    const names = nameApart([
      ...told,
      ...members.map(({ node, address }) => ({ address, name: node })),
    ]);
    return this.#all.map(({ event }, at) => ({ ...event, node: names[at]! }))
      .filter((event) => event.number > number);
  }
}
