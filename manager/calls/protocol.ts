// The names and numbers of the hand-over of calls (docs/call-protocol.md), for both of its sides.
import { CALL_LIMIT_MS } from "../../shared/call_limits.ts";
import { LOCK_DIR, RUN_DIR } from "../../shared/lan/paths.ts";

export const CALLS_DIR = `${RUN_DIR}/calls`;
/** Watched by the resident: what happens here is for it. */
export const BELL_DIR = `${CALLS_DIR}/bell`;
/** Locked exclusively as long as a resident answers. */
export const ALIVE_FILE = `${CALLS_DIR}/alive`;
/** One binary at a time on a node: twenty of them do not fit into Multus' memory. */
export const BINARY_LOCK_FILE = `${LOCK_DIR}/binary`;
/** Calls that can be handed over at a time. */
export const SLOTS = 256;

/** The variables of a call; those that are set are handed over byte for byte. */
export const VARIABLES = [
  "CNI_COMMAND",
  "CNI_CONTAINERID",
  "CNI_NETNS",
  "CNI_IFNAME",
  "CNI_PATH",
  "CNI_ARGS",
  "CNI_NETNS_OVERRIDE",
] as const;

/** The verbs that are handed over; VERSION is the binary's. */
export const HANDED_VERBS = ["ADD", "DEL", "CHECK", "GC", "STATUS"] as const;

/** Seconds after which a launcher gives up a call that nobody has taken. */
export const TAKE_LIMIT_S = 1;
/** A call older than this is left alone: its launcher has given it up, or is gone. */
export const TOO_OLD_MS = 1_500;
/** Seconds that a launcher waits for a call that was taken: more than a call may take. */
export const ANSWER_LIMIT_S = CALL_LIMIT_MS / 1000 + 10;
/** An answer that nobody has settled by then is taken back. */
export const SETTLE_LIMIT_MS = 5_000;
/** Seconds that a launcher waits for its turn to start the binary. */
export const BINARY_LIMIT_S = 40;
/** What is left of a dead launcher is removed after this. */
export const LEFTOVER_LIMIT_MS = 120_000;
/** Answers longer than this (bytes, less than PIPE_BUF) go through a file. */
export const MAX_LINE_BYTES = 3_000;

/** A call: the slot that it is in, and its UUID. */
export interface CallName {
  readonly slot: string;
  readonly id: string;
}

/** A file of a slot, whichever call is in it. */
export function slotFile(
  slot: string,
  name: "answer" | "claim" | "request" | "config" | "stdout",
): string {
  return `${CALLS_DIR}/${slot}.${name}`;
}

/**
 * This file says that the request is whole. **Whoever takes it away executes the call**: the
 * resident renames it, the launcher removes it.
 */
export function readyFile({ slot, id }: CallName): string {
  return `${BELL_DIR}/${slot}.${id}`;
}

/** The same file after that: a resident has the call. */
export function takenFile({ slot, id }: CallName): string {
  return `${CALLS_DIR}/${slot}.${id}`;
}

/**
 * **Whoever makes this file says whether the answer counts**: the launcher takes the answer, the
 * resident takes it back.
 */
export function settledFile(call: CallName): string {
  return `${readyFile(call)}.settled`;
}

/** What a file in {@link BELL_DIR} tells by its name. */
export type Bell =
  | { readonly name: "ready" | "settled"; readonly call: CallName }
  /** The binary answered a call of this verb: it was not handed over, or given up. */
  | { readonly name: "declined" | "fallenBack"; readonly verb: string };

/**
 * Reads a file's name; undefined for a file that is no bell. Notes (`declined.VERB.N`) have a
 * number, so that up to {@link SLOTS} of one kind can lie there.
 */
export function parseBell(file: string): Bell | undefined {
  const [, slot, id, settled] = /^(\d{1,3})\.([0-9a-f-]{36})(\.settled)?$/.exec(file) ?? [];
  if (slot !== undefined && id !== undefined) {
    return { name: settled === undefined ? "ready" : "settled", call: { slot, id } };
  }
  const [, note, verb] = /^(declined|fallenBack)\.([A-Z]+)\.\d+$/.exec(file) ?? [];
  if (note === undefined || verb === undefined) return undefined;
  return { name: note === "declined" ? "declined" : "fallenBack", verb };
}

/** The slot that a launcher's file belongs to; undefined for other files, such as the FIFOs. */
export function slotOf(file: string): string | undefined {
  return /^(\d{1,3})\.(?!answer$)/.exec(file)?.[1];
}
