// The log: a line an event, as text for people or as a JSON object for programs.
import { toJson } from "../../shared/harmless.ts";
import type { Level, NodeEvent } from "./event.ts";
import { isAtLeast, tellOf } from "./render.ts";

export const FORMATS = ["text", "json"] as const;
export type Format = typeof FORMATS[number];

export interface LogSettings {
  readonly format: Format;
  /** Events that matter less are not logged. */
  readonly level: Level;
}

/** An event's line, without its newline; undefined when it is not to be logged. */
export function renderLine(event: NodeEvent, { format, level }: LogSettings): string | undefined {
  if (!isAtLeast(event, level)) return undefined;
  const told = tellOf(event);
  const { time, number: _, ...figures } = event;
  if (format === "json") {
    return toJson({ time, level: told.level, msg: told.text, ...figures });
  }
  return `${time} ${told.level} ${told.text}`;
}
