// How many events of a worker a reflector takes: who follows a cluster's events is to read them.

/** So many at once: what a worker has kept, or what a large lab's start tells. */
const BURST = 1_000;
const PER_SECOND = 10;
/** That events were dropped is told once in so long (ms): it is an event, too. */
const TELL_MS = 60_000;

export class EventPace {
  #room = BURST;
  #at: number;
  #dropped = 0;
  #toldAt = -Infinity;

  /** @param now in ms */
  constructor(now: number) {
    this.#at = now;
  }

  /** Answers how many of so many events are taken; the others count as dropped. */
  take(count: number, now: number): number {
    const more = Math.max(0, now - this.#at) / 1_000 * PER_SECOND;
    this.#room = Math.min(BURST, this.#room + more);
    this.#at = now;
    const taken = Math.min(count, Math.floor(this.#room));
    this.#room -= taken;
    this.#dropped += count - taken;
    return taken;
  }

  /** How many were dropped and not told of, where that is to be told now; else 0. */
  takeDropped(now: number): number {
    const dropped = this.#dropped;
    // A clock that goes back begins a new minute.
    const isEarly = now >= this.#toldAt && now - this.#toldAt < TELL_MS;
    if (dropped === 0 || isEarly) return 0;
    this.#dropped = 0;
    this.#toldAt = now;
    return dropped;
  }
}
