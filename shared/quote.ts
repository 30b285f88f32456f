// Shows a value that somebody gave, in an error message: long ones are cut.

/** What is shown of a value, in characters. An error has at most 300, with its rule. */
const MAX = 100;

/** A value as JSON. */
export function quote(value: unknown): string {
  // Escapes can make a long text longer than a text may be.
  const shown = typeof value === "string" ? value.slice(0, MAX) : value;
  return cut(JSON.stringify(shown) ?? String(shown));
}

/** A word as it is, without control characters. */
export function cut(text: string): string {
  // deno-lint-ignore no-control-regex
  const plain = text.replaceAll(/[\u0000-\u001f\u007f]/g, "?");
  return plain.length <= MAX ? plain : `${plain.slice(0, MAX - 3)}...`;
}
