// Makes what somebody else has chosen harmless for a terminal: texts, and JSON with texts in it.

/**
 * What moves the cursor, changes colours, turns the direction of writing, breaks a line or is not
 * seen: control characters (C0, DEL, C1), formats (bidi, zero width, tags), line separators,
 * private and unassigned characters, halves of surrogates.
 */
function harmful(): RegExp {
  // As a constant it would cost each start of the plugin 0.6 ms: V8 then reads the classes at once.
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;
}

/** The text on one line; each character that could do harm is a "?". */
export function harmless(text: string): string {
  return text.replaceAll(harmful(), "?");
}

/** The same of a text with lines: an error or an event is one line, and tells them all. */
export function onOneLine(text: string): string {
  return harmless(text.trim().replaceAll(/\r?\n/g, " | ").replaceAll("\t", " "));
}

/** The same of a text whose lines stay lines. */
export function harmlessLines(text: string): string {
  return text.split(/\r?\n/).map((line) => harmless(line.replaceAll("\t", " "))).join("\n");
}

/**
 * A value as JSON whose texts do no harm: in JSON's own words nothing is left out. JSON itself
 * escapes C0 and halves of surrogates alone.
 * @param indent spaces of a level; without them it is one line
 */
export function toJson(value: unknown, indent = 0): string {
  // The only harmful characters outside of texts are the line breaks between them.
  return JSON.stringify(value, null, indent).replaceAll(
    harmful(),
    (found) => found === "\n" ? found : escapeUnits(found),
  );
}

/** JSON escapes UTF-16's units; a character may have two. */
function escapeUnits(text: string): string {
  return text.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
