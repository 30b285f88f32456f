// Says what a long step does and how far it is, every ten seconds until the step ends.

/** Pause between two lines; a step that ends sooner says nothing. */
const EVERY_MS = 10_000;
/** Longer lines of a program are cut here. */
const MAX_COLUMNS = 100;

/** Calls `tick` again and again until it is disposed of. */
export type Repeat = (ms: number, tick: () => void) => Disposable;

export const repeat: Repeat = (ms, tick) => {
  const timer = setInterval(tick, ms);
  return { [Symbol.dispose]: () => clearInterval(timer) };
};

/**
 * Does work, and meanwhile logs lines such as "20 s so far: install packages; last output: Get:5".
 * The work calls `heard` with what its program prints.
 */
export async function during<T>(
  what: string,
  log: (line: string) => void,
  work: (heard: (output: string) => void) => Promise<T>,
  every = repeat,
): Promise<T> {
  let last = "";
  let ticks = 0;
  using _lines = every(EVERY_MS, () => {
    const seconds = ++ticks * EVERY_MS / 1000;
    log(`${seconds} s so far: ${what}${last === "" ? "" : `; last output: ${last}`}`);
  });
  return await work((output) => last = lastLine(output) ?? last);
}

/** The last line that is not empty, without colours and cursor movements; undefined for none. */
export function lastLine(output: string): string | undefined {
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
  return plain.split(/[\r\n]/).map((line) => line.trim()).findLast((line) => line !== "")
    ?.slice(0, MAX_COLUMNS);
}
