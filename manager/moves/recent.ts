// Remembers for a moment which addresses have come to this node, in bounds.

/** More than this in a moment are not told apart. */
const MOST = 1_000;

export class Recent {
  #now = new Set<string>();
  #before = new Set<string>();
  #beganAt = -Infinity;

  /** @param ms what came within so long is recent; what came twice as long ago is not */
  constructor(private readonly ms: number) {}

  add(key: string, at = performance.now()): void {
    this.#turn(at);
    if (this.#now.size < MOST) this.#now.add(key);
  }

  /** Of so many that they are not told apart, each counts as recent. */
  has(key: string, at = performance.now()): boolean {
    this.#turn(at);
    return [this.#now, this.#before].some((keys) => keys.size >= MOST || keys.has(key));
  }

  #turn(at: number): void {
    const passed = at - this.#beganAt;
    if (passed < this.ms) return;
    this.#before = passed < 2 * this.ms ? this.#now : new Set();
    this.#now = new Set();
    this.#beganAt = at;
  }
}
