// What commands ask the manager of their machine, and what it answers.
import * as z from "zod";
import { view } from "../view/view.ts";
import type { NodeEvent } from "../events/event.ts";

export const localQuestion = z.discriminatedUnion("kind", [
  /** `counted`: ports are to have their counters. */
  z.object({ kind: z.literal("view"), counted: z.boolean() }),
  /** Events that are newer than the one of this number; 0 asks for all that are kept. */
  z.object({ kind: z.literal("events"), after: z.number() }),
]);
export type LocalQuestion = Readonly<z.infer<typeof localQuestion>>;

const shownEvent = z.looseObject({
  number: z.number(),
  time: z.iso.datetime(),
  kind: z.string(),
  node: z.string(),
}).transform((one) => one as unknown as ShownEvent);
export type ShownEvent = NodeEvent & { readonly node: string };

export const localAnswer = z.discriminatedUnion("kind", [
  /** Null: the manager has not looked at its node yet. */
  z.object({ kind: z.literal("view"), view: view.nullable() }),
  z.object({ kind: z.literal("events"), events: z.array(shownEvent) }),
]);
export type LocalAnswer = Readonly<z.infer<typeof localAnswer>>;
