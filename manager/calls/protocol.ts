// The names and numbers of the hand-over of calls (docs/call-protocol.md), for both of its sides.
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

/** The variables of a call: each that is set is a file, byte for byte. */
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

/** A config may have this many bytes (4 MiB); the launcher passes one more on, so that it shows. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** Seconds after which a launcher gives an undecided call up. */
export const TAKE_LIMIT_S = 1;
/** A request older than this is left alone: its launcher has given up, or is gone. */
export const TOO_OLD_MS = 1_500;
/** Seconds that a launcher waits for a decided call: more than a call may take. */
export const ANSWER_LIMIT_S = 60;
/** An answer that nobody has settled by then is taken back. */
export const SETTLE_LIMIT_MS = 5_000;
/** Seconds that a launcher waits for its turn to start the binary. */
export const BINARY_LIMIT_S = 40;
/** What is left of a dead launcher is freed after this. */
export const CLAIM_LIMIT_MS = 120_000;
/** Answers longer than this (bytes, less than PIPE_BUF) go through a file. */
export const MAX_LINE_BYTES = 3_000;

/** What the last look at the calls counted, for `manager status`. */
export const STATISTICS_FILE = `${CALLS_DIR}/statistics.json`;

/** The files of a slot. `claim` is removed last: with it the slot is free. */
export const SLOT_FILES = ["id", "config", "decided", "stdout", ...VARIABLES, "claim"] as const;

export function slotFile(slot: string, name: typeof SLOT_FILES[number] | "answer"): string {
  return `${CALLS_DIR}/${slot}.${name}`;
}

/** A launcher that does not hand its call over leaves a file `declined.VERB.N`; more than {@link SLOTS} at a time are not told apart. */
export function parseDeclined(name: string): string | undefined {
  return /^declined\.([A-Za-z]+)\.\d+$/.exec(name)?.[1];
}

export function bellFile(slot: string, name: "ready" | "settled"): string {
  return `${BELL_DIR}/${slot}.${name}`;
}

/** Splits the name of a bell file; undefined for anything else. */
export function parseBell(
  file: string,
): { slot: string; name: "ready" | "settled" } | undefined {
  const [, slot, name] = /^(\d{1,3})\.(ready|settled)$/.exec(file) ?? [];
  return slot === undefined ? undefined : { slot, name: name === "ready" ? "ready" : "settled" };
}
