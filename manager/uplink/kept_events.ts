// The last events of a cluster, which one node cannot fill, under names that tell nodes apart.
import type { NodeEvent } from "../events/event.ts";
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
  readonly #counts = new Map<string | undefined, number>();
  #number = 0;

  /** Takes the next event of a node. */
  push(address: string | undefined, node: string, event: NodeEvent): void {
    this.#all.push({ address, event: { ...event, node, number: ++this.#number } });
    this.#count(address, 1);
    if (this.#all.length <= MOST) return;
    // Who has told most loses its oldest, so that nobody's flood takes away what others have told.
    const [most] = [...this.#counts].reduce((one, other) => other[1] > one[1] ? other : one);
    this.#all.splice(this.#all.findIndex((kept) => kept.address === most), 1);
    this.#count(most, -1);
  }

  #count(address: string | undefined, more: number): void {
    const count = (this.#counts.get(address) ?? 0) + more;
    if (count > 0) this.#counts.set(address, count);
    else this.#counts.delete(address);
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
