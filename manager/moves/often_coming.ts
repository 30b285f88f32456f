// Tells addresses that come again and again, as those of a loop do.
import { Lately } from "./lately.ts";

export class OftenComing {
  /** For each address, until when it has used up its share. */
  readonly #usedUntil: Lately<number>;

  /**
   * @param everyMs in the long run an address may come once in so long
   * @param burst and so often at once, when it has not come before
   */
  constructor(private readonly everyMs: number, private readonly burst: number) {
    this.#usedUntil = new Lately(everyMs * burst);
  }

  /** Is told that an address has come. Of more than are told apart, all come too often. */
  isTooOften(key: string, at = performance.now()): boolean {
    const until = Math.max(this.#usedUntil.get(key, at) ?? at, at) + this.everyMs;
    return until - at > this.everyMs * this.burst || !this.#usedUntil.set(key, until, at);
  }
}
