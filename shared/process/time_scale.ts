// How many times slower this machine is than those that time limits are made for: 1 unless set.
import { quote } from "../quote.ts";

/** The variable that tells programs the factor. */
export const TIME_SCALE = "MEGALOS_TIME_SCALE";

let factor = 1;

/**
 * Sets the factor for this process and those that it starts; nothing happens without one.
 * @throws {Error} when it is no whole number from 1 on
 */
export function setTimeScale(text: string | undefined): void {
  if (text === undefined) return;
  if (!Number.isInteger(Number(text)) || Number(text) < 1) {
    throw new Error(
      `Cannot use ${TIME_SCALE}: ${quote(text)} is no whole number from 1 on`,
    );
  }
  factor = Number(text);
}

/** A time limit, in whatever unit, as it is on this machine. */
export function scaled(limit: number): number {
  return limit * factor;
}

/** A time that has passed here, as it is on the machines that time limits are made for. */
export function unscaled(passed: number): number {
  return passed / factor;
}

/** What is added to the environment of every program that is started. */
export function timeScaleEnv(): Readonly<Record<string, string>> {
  return factor === 1 ? {} : { [TIME_SCALE]: `${factor}` };
}
