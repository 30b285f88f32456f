// Pauses between looks: bounded, ended by a signal, and by an alarm.
import { sleep } from "../../shared/process/time.ts";

/** Ends pauses early. */
export class Alarm {
  #bell = new AbortController();
  #lastEarly = -Infinity;

  /** @param leastMs time between two pauses that it ends, however often it rings */
  constructor(private readonly leastMs: number) {}

  ring(): void {
    this.#bell.abort();
  }

  /**
   * Waits for so long (ms), or until the alarm rings, or until `signal` is given. An alarm that has
   * rung since the last pause ends this one at once.
   */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const started = performance.now();
    const least = Math.max(0, Math.min(ms, this.#lastEarly + this.leastMs - started));
    await sleep(least, signal);
    const forward = () => this.ring();
    signal.addEventListener("abort", forward);
    if (!signal.aborted) await sleep(ms - least, this.#bell.signal);
    signal.removeEventListener("abort", forward);
    if (this.#bell.signal.aborted) this.#lastEarly = performance.now();
    this.#bell = new AbortController();
  }
}
