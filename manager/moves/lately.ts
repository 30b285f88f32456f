// Remembers for a while what was lately said of addresses, in bounds.

/** More than so many are not told apart. */
const MOST = 4_000;

export class Lately<T> {
  #now = new Map<string, T>();
  #before = new Map<string, T>();
  #beganAt = -Infinity;

  /** @param ms what was set within so long is known; what was set twice as long ago is not */
  constructor(private readonly ms: number) {}

  get(key: string, at = performance.now()): T | undefined {
    this.#turn(at);
    return this.#now.get(key) ?? this.#before.get(key);
  }

  /** False where there are so many that it could not be remembered. */
  set(key: string, one: T, at = performance.now()): boolean {
    this.#turn(at);
    if (this.#now.size >= MOST && !this.#now.has(key)) return false;
    this.#now.set(key, one);
    return true;
  }

  /** Whether some may have not been remembered. */
  isFull(at = performance.now()): boolean {
    this.#turn(at);
    return [this.#now, this.#before].some(({ size }) => size >= MOST);
  }

  #turn(at: number): void {
    const passed = at - this.#beganAt;
    if (passed < this.ms) return;
    this.#before = passed < 2 * this.ms ? this.#now : new Map();
    this.#now = new Map();
    this.#beganAt = at;
  }
}
