// Says when a work is due again that costs too much for every look.

export class Seldom {
  #last = -Infinity;

  /** @param ms the least time between two works */
  constructor(private readonly ms: number) {}

  /** Answers whether the work is due. A caller that is told so does it now. */
  isDue(now = performance.now()): boolean {
    if (now - this.#last < this.ms) return false;
    this.#last = now;
    return true;
  }
}
