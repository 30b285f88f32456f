// Measures how much slower a machine is than those that time limits are made for.
import type { Machine } from "./machine.ts";

/** What the work takes on a machine that is not emulated, in ms. */
const USUAL_MS = 80;

/** Answers the factor, a whole number from 1 on. */
export async function measureTimeScale(machine: Machine): Promise<number> {
  let ms = NaN;
  const argv = ["sh", "/srv/measure/kernels/guest/measure.sh"];
  await machine.run(argv, (line) => ms = Number(line));
  if (!(ms > 0)) throw new Error("Cannot measure how slow the machine is: it does not say");
  return Math.max(1, Math.round(ms / USUAL_MS));
}
