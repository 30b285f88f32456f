// Says what a long step is waiting for, every few seconds, until it is done.

/** The pause between two lines. A step that is done sooner says nothing. */
const EVERY_MS = 5000;
/** So many names are shown, and the others are counted. */
const NAMES_SHOWN = 4;

/** What is under way, by name. Disposing of it ends the lines. */
export class Progress implements Disposable {
  readonly #waiting = new Set<string>();
  readonly #timer: ReturnType<typeof setInterval>;
  #begun = 0;

  /** `what` is a noun for all of it, such as "checks". */
  constructor(what: string, log: (line: string) => void, everyMs = EVERY_MS) {
    this.#timer = setInterval(() => {
      if (this.#waiting.size > 0) log(describeProgress(what, this.#begun, [...this.#waiting]));
    }, everyMs);
  }

  /** Counts work as under way until the work ends. Answers what the work answers. */
  async track<T>(name: string, work: Promise<T>): Promise<T> {
    this.#begun++;
    this.#waiting.add(name);
    try {
      return await work;
    } finally {
      this.#waiting.delete(name);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** "12 of 76 checks done, waiting for a, b, c, d and 60 more". */
export function describeProgress(what: string, begun: number, waiting: readonly string[]): string {
  const shown = waiting.slice(0, NAMES_SHOWN).join(", ");
  const more = waiting.length - NAMES_SHOWN;
  return `${begun - waiting.length} of ${begun} ${what} done, waiting for ${shown}` +
    (more > 0 ? ` and ${more} more` : "");
}
