// What a run tells while it goes on: a line for each step, with seconds, and a sign of life.
import { repeat } from "../tools/progress.ts";

/** After so long without a line one is due; with the next tick that is at most ten seconds. */
const SILENCE_MS = 9_000;
const TICK_MS = 1_000;

/** Takes in words how far a step is, for its next sign of life: said at once, it would be noise. */
export type At = (where: string) => void;

/** A step under way. */
interface Step {
  readonly what: string;
  readonly started: number;
  where: string;
}

/** The lines go to stderr, since stdout is for what was measured. */
export class Progress {
  readonly #started: number;
  readonly #steps = new Set<Step>();
  #last: number;

  constructor(
    private readonly print = (line: string) => console.error(line),
    private readonly every = repeat,
    private readonly now = () => performance.now(),
  ) {
    this.#started = this.#last = now();
  }

  /** Says a line now. */
  readonly say = (line: string): void => {
    this.#last = this.now();
    const seconds = (this.#last - this.#started) / 1000;
    this.print(`${seconds.toFixed(1).padStart(7)} s  ${line}`);
  };

  /**
   * Says what goes on, and says it again with how far it is, before nothing was said for ten
   * seconds.
   */
  async during<T>(what: string, work: (at: At) => Promise<T>): Promise<T> {
    this.say(what);
    const step: Step = { what, started: this.now(), where: "" };
    this.#steps.add(step);
    using _ticks = this.every(TICK_MS, () => this.#showLife());
    try {
      return await work((where) => step.where = where);
    } finally {
      this.#steps.delete(step);
    }
  }

  #showLife(): void {
    if (this.now() - this.#last < SILENCE_MS) return;
    for (const { what, started, where } of this.#steps) {
      const seconds = Math.round((this.now() - started) / 1000);
      this.say(`${what}: ${seconds} s${where === "" ? "" : `, ${where}`}`);
    }
  }
}
