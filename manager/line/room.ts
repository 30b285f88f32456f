// Room for the long messages of many lines: who is about to tell one makes another's line go.

/** Shorter messages (bytes) are not counted. */
export const SHORT_BYTES = 65_536;
/** All others together have so many bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

interface Held {
  readonly bytes: number;
  readonly leave: () => void;
}

/**
 * A message takes room as it comes, until it has been handled. Most come to their end in
 * an instant, so the oldest one that has not is of whoever does not end it, and goes first. Whole
 * ones, which wait for their turn, go when there is no other, the oldest first, too.
 */
export class Room {
  /** The oldest first. */
  readonly #begun = new Map<unknown, Held>();
  /** Likewise. */
  readonly #whole = new Map<unknown, Held>();
  #bytes = 0;

  constructor(private readonly most = MOST_BYTES) {}

  /** @param leave is called when others need the room, which is free then */
  hold(who: unknown, bytes: number, leave: () => void): void {
    if (bytes <= SHORT_BYTES) return;
    this.#bytes += bytes - (this.#begun.get(who)?.bytes ?? 0);
    this.#begun.set(who, { bytes, leave });
    for (const [other, held] of [...this.#begun, ...this.#whole]) {
      if (this.#bytes <= this.most) break;
      if (other === who) continue;
      this.free(other);
      held.leave();
    }
  }

  /** The message has come to its end. */
  end(who: unknown): void {
    const held = this.#begun.get(who);
    if (held === undefined) return;
    this.#begun.delete(who);
    this.#whole.set(who, held);
  }

  free(who: unknown): void {
    for (const some of [this.#begun, this.#whole]) {
      this.#bytes -= some.get(who)?.bytes ?? 0;
      some.delete(who);
    }
  }
}
