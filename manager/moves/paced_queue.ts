// A bounded queue whose batches are worked on at once, a few in a row, and then slowly.

import { MOST_MOVES } from "../uplink/messages.ts";

/** In the long run so much time (ms) lies between two batches. */
const BETWEEN_MS = 100;
/** So many batches may follow each other at once, when nothing came before. */
const BURST = 10;

/**
 * At most {@link MOST_MOVES} wait, so that a batch fits into a message: for one more the oldest is
 * dropped. What is offered under the key of something that waits replaces it.
 */
export class PacedQueue<T> implements AsyncDisposable {
  readonly #waiting = new Map<string, T>();
  #running: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #paidUntil = -Infinity;
  #isEnded = false;

  /**
   * @param work does not throw
   * @param drop is told each that is dropped
   */
  constructor(
    private readonly work: (batch: readonly T[]) => Promise<void>,
    private readonly drop: (one: T) => void,
  ) {}

  offer(key: string, one: T): void {
    // A map keeps the order in which keys have come.
    this.#waiting.delete(key);
    this.#waiting.set(key, one);
    for (const [oldest, dropped] of this.#waiting) {
      if (this.#waiting.size <= MOST_MOVES) break;
      this.#waiting.delete(oldest);
      this.drop(dropped);
    }
    this.#begin();
  }

  #begin(): void {
    const isBusy = this.#running !== undefined || this.#timer !== undefined;
    if (isBusy || this.#waiting.size === 0 || this.#isEnded) return;
    const now = performance.now();
    const early = this.#paidUntil - now - (BURST - 1) * BETWEEN_MS;
    if (early > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#begin();
      }, early);
      return;
    }
    this.#paidUntil = Math.max(this.#paidUntil, now) + BETWEEN_MS;
    const batch = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#running = this.work(batch).finally(() => {
      this.#running = undefined;
      this.#begin();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
