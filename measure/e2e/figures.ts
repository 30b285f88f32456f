// The figures that a scenario answers, and how long it took for them.

/** Figures by their names, such as `readySeconds`. */
export type Figures = Readonly<Record<string, number>>;

/** Runs something and answers how many seconds it took, to the tenth. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round((performance.now() - started) / 100) / 10;
}
