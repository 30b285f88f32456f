// What `manager events` prints of an event: a line for people, or a JSON object for programs. Pure.
import { harmless, toJson } from "../../shared/harmless.ts";
import { tellOf } from "../events/render.ts";
import type { ShownEvent } from "../local/messages.ts";

export function renderText(event: ShownEvent): string {
  const { level, text } = tellOf(event);
  return harmless(`${event.time} ${event.node} ${level} ${text}`) + "\n";
}

export function renderJson(event: ShownEvent): string {
  const { time, node, number, ...figures } = event;
  const { level, text: msg } = tellOf(event);
  const told = { level, msg };
  // A worker may give its figures any name, and says no level and no words but those of the kind.
  return toJson({ time, node, number, ...told, ...figures, ...told }) + "\n";
}
