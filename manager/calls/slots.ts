// The files of the slots, as the resident makes, reads, decides and frees them. All lie in memory (/run), so the calls are synchronous.
import { describe } from "../../shared/command.ts";
import { run } from "../../shared/exec.ts";
import {
  ALIVE_FILE,
  BELL_DIR,
  bellFile,
  BINARY_LOCK_FILE,
  CLAIM_LIMIT_MS,
  MAX_LINE_BYTES,
  parseDeclined,
  SLOT_FILES,
  slotFile,
  SLOTS,
  VARIABLES,
} from "./protocol.ts";

/** A call as its launcher left it. */
export interface HandedCall {
  readonly id: string;
  /** Bytes of each variable that is set. */
  readonly variables: ReadonlyMap<string, Uint8Array>;
  readonly config: Uint8Array;
}

/** Makes what is missing of directory, FIFOs and lock files; run again it changes nothing. */
export async function makeSlots(): Promise<void> {
  await Deno.mkdir(BELL_DIR, { recursive: true, mode: 0o700 });
  for (const file of [ALIVE_FILE, BINARY_LOCK_FILE]) {
    (await Deno.open(file, { create: true, append: true, mode: 0o600 })).close();
  }
  const missing = slots().map((slot) => slotFile(slot, "answer")).filter((file) => !isThere(file));
  if (missing.length === 0) return;
  const made = await run({ argv: ["mkfifo", "--mode=0600", "--", ...missing] });
  if (made.reason !== "success") {
    throw new Error(`Cannot make the answers' FIFOs: ${describe(made)}`);
  }
}

export function slots(): string[] {
  return Array.from({ length: SLOTS }, (_, slot) => `${slot}`);
}

/** Reads a request; undefined when it is not whole. */
export function readHandedCall(slot: string): HandedCall | undefined {
  const id = readIfThere(slotFile(slot, "id"));
  const config = readIfThere(slotFile(slot, "config"));
  if (id === undefined || config === undefined) return undefined;
  const variables = new Map<string, Uint8Array>();
  for (const name of VARIABLES) {
    const value = readIfThere(slotFile(slot, name));
    if (value !== undefined) variables.set(name, value);
  }
  return { id: new TextDecoder().decode(id), variables, config };
}

/** How old (ms) a file is; undefined where there is none. */
export function ageOf(path: string): number | undefined {
  try {
    return Date.now() - (Deno.statSync(path).mtime?.getTime() ?? 0);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Makes a file that only one can make: true for who did. A launcher's is empty, this one's is not. */
export function take(path: string): boolean {
  try {
    Deno.writeTextFileSync(path, "resident\n", { createNew: true, mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Who has decided to execute a call. */
export function decider(slot: string): "launcher" | "resident" | undefined {
  const decided = readIfThere(slotFile(slot, "decided"));
  if (decided === undefined) return undefined;
  return decided.length === 0 ? "launcher" : "resident";
}

/** Answers: in one line where that is short and plain, else through a file. */
export function writeAnswer(slot: string, id: string, exitCode: number, stdout: string): void {
  const line = stdout.replace(/\n$/, "");
  const isPlain = /^[\x20-\x7e]*$/.test(line) && line.length <= MAX_LINE_BYTES && stdout !== "\n";
  if (isPlain) return writeLine(slot, `${id} answer ${exitCode} ${line}`);
  Deno.writeTextFileSync(slotFile(slot, "stdout"), stdout, { mode: 0o600 });
  writeLine(slot, `${id} stdout ${exitCode}`);
}

/** Tells the launcher of a call that the resident which took it is gone. */
export function writeLost(slot: string, id: string): void {
  writeLine(slot, `${id} lost`);
}

function writeLine(slot: string, line: string): void {
  // Opened for reading too: a FIFO whose other side is gone would stop the whole program (or raise SIGPIPE).
  using fifo = Deno.openSync(slotFile(slot, "answer"), { read: true, write: true });
  fifo.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Removes a call's files; the claim last, for then the slot is the next launcher's. */
export function freeSlot(slot: string): void {
  for (const name of ["ready", "settled"] as const) removeIfThere(bellFile(slot, name));
  for (const name of SLOT_FILES) removeIfThere(slotFile(slot, name));
}

/** Ends a call whose launcher may still come back: what was decided and settled stays until the sweep frees the slot. */
export function abandonSlot(slot: string): void {
  removeIfThere(bellFile(slot, "ready"));
}

/** The verbs of the calls that were declined since the last time. */
export function collectDeclined(): string[] {
  const names = Array.from(Deno.readDirSync(BELL_DIR), ({ name }) => name);
  return names.flatMap((name) => {
    const verb = parseDeclined(name);
    if (verb === undefined) return [];
    removeIfThere(`${BELL_DIR}/${name}`);
    return [verb];
  });
}

/** The slots whose launcher must be dead: claimed long ago, and not among `busy`. */
export function findAbandoned(busy: ReadonlySet<string>): string[] {
  return slots().filter((slot) =>
    !busy.has(slot) && (ageOf(slotFile(slot, "claim")) ?? 0) > CLAIM_LIMIT_MS
  );
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

export function isThere(path: string): boolean {
  return ageOf(path) !== undefined;
}
