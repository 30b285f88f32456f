// The last events of this node, a bounded number of them.
import type { NodeEvent } from "./event.ts";

/** How many events are kept, at a few hundred bytes each. */
const RING_SIZE = 1_000;

export class Ring {
  /** Each event is at its number modulo the size. */
  readonly #events: NodeEvent[] = [];
  #last = 0;

  constructor(private readonly size: number = RING_SIZE) {}

  /** Takes the next event: its number is one more than that of the last. */
  push(event: NodeEvent): void {
    this.#events[event.number % this.size] = event;
    this.#last = event.number;
  }

  /** The kept events that are newer than this number, the oldest first; 0 asks for all. */
  after(number: number): NodeEvent[] {
    const first = Math.max(number, this.#last - this.size, 0) + 1;
    return Array.from(
      { length: Math.max(0, this.#last - first + 1) },
      (_, at) => this.#events[(first + at) % this.size]!,
    );
  }
}
