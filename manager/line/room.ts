// Room for the long messages of many lines: who is about to tell one makes the oldest of them go.

/** Shorter messages (bytes) are not counted. */
export const SHORT_BYTES = 65_536;
/** All others together have so many bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

interface Held {
  readonly bytes: number;
  readonly leave: () => void;
}

/**
 * A message takes its room from its beginning until it has been handled. Most take an instant, so
 * the oldest ones are of whoever does not end them.
 */
export class Room {
  /** The oldest first. */
  readonly #held = new Map<unknown, Held>();
  #bytes = 0;

  constructor(private readonly most = MOST_BYTES) {}

  /** @param leave is called when others need the room, which is free then */
  hold(who: unknown, bytes: number, leave: () => void): void {
    if (bytes <= SHORT_BYTES) return;
    this.#bytes += bytes - (this.#held.get(who)?.bytes ?? 0);
    this.#held.set(who, { bytes, leave });
    for (const [oldest, held] of this.#held) {
      if (this.#bytes <= this.most || oldest === who) break;
      this.free(oldest);
      held.leave();
    }
  }

  free(who: unknown): void {
    this.#bytes -= this.#held.get(who)?.bytes ?? 0;
    this.#held.delete(who);
  }
}
