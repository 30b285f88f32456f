// Options of measures that are counts.
import { InvalidArgumentError } from "commander";

/** @throws {InvalidArgumentError} when it is none of 1 to 999,999 */
export function toCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}
