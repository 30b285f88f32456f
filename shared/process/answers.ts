// Reads the JSON that a program has printed.
import { quote } from "../quote.ts";

/**
 * Reads an answer by a schema.
 * @throws {Error} in one sentence where the answer is something else
 */
export function readAnswer<T>(
  schema: { parse(value: unknown): T },
  program: string,
  json: string,
): T {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    throw new Error(`Cannot read what ${program} has printed: ${quote(json)}`, { cause });
  }
}

/**
 * Reads answers that are an array each, one a line, as `ip -json -batch` prints them.
 * @throws {Error} as {@link readAnswer}
 */
export function readArrays<T>(
  schema: { parse(value: unknown): T[] },
  program: string,
  lines: string,
): T[] {
  return lines.split("\n").filter((line) => line.trim() !== "")
    .flatMap((line) => readAnswer(schema, program, line));
}
