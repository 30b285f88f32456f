// What a run tells while it goes on: a line for each step, with its seconds and its figures.

/** Figures by their names, such as `readySeconds`. */
export type Figures = Readonly<Record<string, number>>;

export class Progress {
  readonly #started = performance.now();

  constructor(private readonly print: (line: string) => void) {}

  say(line: string): void {
    const seconds = (performance.now() - this.#started) / 1000;
    this.print(`${seconds.toFixed(1).padStart(7)} s  ${line}`);
  }
}

/** Runs something and answers how many seconds it took, to the tenth. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round((performance.now() - started) / 100) / 10;
}
