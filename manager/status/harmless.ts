// Makes a text that somebody else has chosen harmless for a terminal.

/**
 * What moves the cursor, changes colours, turns the direction of writing, breaks a line or is not
 * seen: control characters (C0, DEL, C1), formats (bidi, zero width, tags), line separators,
 * private and unassigned characters, halves of surrogates.
 */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;

/** The text on one line; each character that could do harm is a "?". */
export function harmless(text: string): string {
  return text.replaceAll(HARMFUL, "?");
}
