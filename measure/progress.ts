// What a run tells while it goes on: a line for each step, with seconds, and a sign of life.

const SIGN_OF_LIFE_MS = 10_000;

export class Progress {
  readonly #started = performance.now();
  #last = performance.now();

  constructor(private readonly print: (line: string) => void) {}

  say(line: string): void {
    this.#last = performance.now();
    const seconds = (this.#last - this.#started) / 1000;
    this.print(`${seconds.toFixed(1).padStart(7)} s  ${line}`);
  }

  /**
   * Says what goes on, and says it again whenever nothing was said for ten seconds. `detail` is
   * asked each time.
   */
  async during<T>(what: string, work: Promise<T>, detail = () => ""): Promise<T> {
    this.say(what);
    const started = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - this.#last < SIGN_OF_LIFE_MS) return;
      const seconds = Math.round((performance.now() - started) / 1000);
      const more = detail();
      this.say(`${what}: ${seconds} s${more === "" ? "" : `, ${more}`}`);
    }, 1_000);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }
}
