// The log: a line an event, as text for people or as a JSON object for programs.
import { type Level, LEVELS, type NodeEvent } from "./event.ts";
import { levelOf, textOf } from "./render.ts";

export const FORMATS = ["text", "json"] as const;
export type Format = typeof FORMATS[number];

export interface LogSettings {
  readonly format: Format;
  /** Events that matter less are not logged. */
  readonly level: Level;
}

/** An event's line, without its newline; undefined when it is not to be logged. */
export function renderLine(event: NodeEvent, { format, level }: LogSettings): string | undefined {
  const of = levelOf(event);
  if (LEVELS.indexOf(of) < LEVELS.indexOf(level)) return undefined;
  const { time, number: _, ...figures } = event;
  const msg = textOf(event);
  if (format === "json") return JSON.stringify({ time, level: of, msg, ...figures });
  return `${time} ${of} ${msg}`;
}
