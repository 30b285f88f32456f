// When a reflector is called again, and whether its trouble is to be told of; time is given.

/**
 * Pauses (ms) between two calls of a reflector that does not answer. A thousand workers that have
 * lost it call at different times, and none is more than five seconds late when it is back.
 */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;
/** A call that is taken and lasts so long (ms) is a good one. Some are ended as soon as taken. */
export const LASTING_MS = LONGEST_PAUSE_MS;
/** A reflector that has no good call for so long (ms) is told of. */
const TROUBLE_MS = 60_000;

export class Redial {
  #pause = FIRST_PAUSE_MS;
  #hasLasted = false;
  #isTold = false;

  /** @param goodUntil now (ms), and later the end of the last good call */
  constructor(private goodUntil: number) {}

  /** A call has lasted for {@link LASTING_MS}. Whether this ends a trouble that was told of. */
  lasted(): boolean {
    const wasTold = this.#isTold;
    this.#hasLasted = true;
    this.#isTold = false;
    return wasTold;
  }

  /**
   * A call has ended, if it was taken or not.
   * @returns the longest pause (ms) before the next one, and whether there is trouble to tell of
   */
  ended(now: number): { readonly pauseMs: number; readonly isTrouble: boolean } {
    if (this.#hasLasted) {
      this.#pause = FIRST_PAUSE_MS;
      this.goodUntil = now;
      this.#hasLasted = false;
    }
    const isTrouble = !this.#isTold && now - this.goodUntil > TROUBLE_MS;
    if (isTrouble) this.#isTold = true;
    const pauseMs = this.#pause;
    this.#pause = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    return { pauseMs, isTrouble };
  }
}
