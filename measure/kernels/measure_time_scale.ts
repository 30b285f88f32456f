// Measures how much slower a machine is than those that time limits are made for.
import type { Machine } from "./machine.ts";

/** What the work takes on a machine that is not emulated, in ms. */
const USUAL_MS = 80;

/**
 * Answers the factor, a whole number from 1 on: the largest of a few samples, because others may
 * use the processors too. A sample takes its factor times {@link USUAL_MS}, which was 2 to 6
 * seconds where CPUs were emulated.
 */
export async function measureTimeScale(machine: Pick<Machine, "run">): Promise<number> {
  const samples: number[] = [];
  const argv = ["sh", "/srv/measure/kernels/guest/measure.sh"];
  await machine.run(argv, (line) => samples.push(Number(line)));
  const ms = Math.max(...samples);
  if (!(ms > 0)) throw new Error("Cannot measure how slow the machine is: it does not say");
  return Math.max(1, Math.round(ms / USUAL_MS));
}
