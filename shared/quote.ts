// Shows a value that somebody gave, in an error message: harmless, and long ones are cut.
import { harmless, toJson } from "./harmless.ts";

/** What is shown of a value, in characters. An error has at most 300, with its rule. */
const MAX = 100;

/** A value as JSON. */
export function quote(value: unknown): string {
  // Escapes can make a long text longer than a text may be.
  const shown = typeof value === "string" ? value.slice(0, MAX) : value;
  return cut(shown === undefined ? "undefined" : toJson(shown));
}

/** A word as it is, but for what could do harm. */
export function cut(text: string): string {
  return harmless(text.length <= MAX ? text : `${text.slice(0, MAX - 3)}...`);
}
