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
  /** Whose events it is one of. */
  readonly share: string | undefined;
  readonly event: ClusterEvent;
}

export class KeptEvents {
  /** The oldest first. */
  readonly #all: Kept[] = [];
  /** By share. */
  readonly #counts = new Map<string | undefined, number>();
  #number = 0;

  /**
   * Takes the next event of a node. The reflector's own events about one peer are a share of their
   * own: a peer that flaps takes away nothing else, and no flood takes away what is said of it.
   */
  push(address: string | undefined, node: string, event: NodeEvent): void {
    const share = address ?? ("peer" in event ? `about ${event.peer}` : undefined);
    this.#all.push({ address, share, event: { ...event, node, number: ++this.#number } });
    this.#count(share, 1);
    if (this.#all.length <= MOST) return;
    // The largest share loses its oldest, so that nobody's flood takes away what others have told.
    const [most] = [...this.#counts].reduce((one, other) => other[1] > one[1] ? other : one);
    this.#all.splice(this.#all.findIndex((kept) => kept.share === most), 1);
    this.#count(most, -1);
  }

  #count(share: string | undefined, more: number): void {
    const count = (this.#counts.get(share) ?? 0) + more;
    if (count > 0) this.#counts.set(share, count);
    else this.#counts.delete(share);
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
