// Shares this program's time among lines: what all of them say takes a part of it, whoever says it.
import { CLOCK, type Clock } from "../line/line.ts";

/** After each work so many times as long is left to looks at the node, and to all else. */
const REST_FACTOR = 2;
/** So much (ms) of that may be owed, so that what comes together is handled together. */
const OWED_MS = 1_000;
/** What somebody has taken counts half after so long (ms). */
const HALF_MS = 30_000;
/** So many bytes are expected to take a millisecond. */
const BYTES_PER_MS = 20_000;
/** What has waited for longer (ms) has every other turn, or it could wait for ever. */
const LONG_MS = 5_000;
/** So many are told apart. */
const MOST = 4_000;

/** What is handled in one go, and for whom. */
interface Work {
  readonly who: string;
  readonly bytes: number;
  /** Since when (ms) it waits. */
  readonly since: number;
  readonly begin: () => void;
  readonly isOver: () => boolean;
}

/**
 * Whose works have taken least, and are short, comes first: nobody keeps quiet ones waiting. Nor do
 * many short works, as they come, keep a long one waiting.
 */
export class Turns {
  /** The oldest first. */
  readonly #waiting = new Set<Work>();
  /** What each has taken (ms), as it counted at a time (ms). Who took something last is last. */
  readonly #taken = new Map<string, { readonly ms: number; readonly at: number }>();
  #freeAt = -Infinity;
  #isServing = false;
  #wasOldest = false;

  constructor(private readonly clock: Clock = CLOCK) {}

  /**
   * Does a work that waits for nothing, when it is its turn.
   * @param isOver whether there is nothing left to do: that has the next turn, and keeps no memory
   */
  take(who: string, bytes: number, work: () => void, isOver = () => false): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begin = () => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    };
    this.#waiting.add({ who, bytes, since: this.clock.now(), begin, isOver });
    void this.#serve();
    return promise;
  }

  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#waiting.size > 0) {
      const early = this.#freeAt - this.clock.now() - OWED_MS;
      if (early > 0) await this.clock.sleep(early);
      const next = this.#takeNext();
      const started = this.clock.now();
      next.begin();
      this.#pay(next.who, this.clock.now() - started);
    }
    this.#isServing = false;
  }

  #takeNext(): Work {
    const now = this.clock.now();
    const [oldest] = this.#waiting;
    this.#wasOldest = !this.#wasOldest && now - oldest!.since > LONG_MS;
    const next = this.#wasOldest ? oldest! : this.#findCheapest(now);
    this.#waiting.delete(next);
    return next;
  }

  #findCheapest(now: number): Work {
    const cost = ({ who, bytes, isOver }: Work) =>
      isOver() ? -1 : this.#takenBy(who, now) + bytes / BYTES_PER_MS;
    const [cheapest] = [...this.#waiting].reduce<readonly [Work, number] | readonly []>(
      (least, one) => {
        const own = cost(one);
        return least[1] === undefined || own < least[1] ? [one, own] : least;
      },
      [],
    );
    return cheapest!;
  }

  #takenBy(who: string, now: number): number {
    const { ms, at } = this.#taken.get(who) ?? { ms: 0, at: now };
    return ms * 0.5 ** ((now - at) / HALF_MS);
  }

  #pay(who: string, ms: number): void {
    const now = this.clock.now();
    this.#freeAt = Math.max(this.#freeAt, now - ms) + (1 + REST_FACTOR) * ms;
    const taken = this.#takenBy(who, now) + ms;
    this.#taken.delete(who);
    this.#taken.set(who, { ms: taken, at: now });
    const [oldest] = this.#taken.keys();
    if (this.#taken.size > MOST && oldest !== undefined) this.#taken.delete(oldest);
  }
}
