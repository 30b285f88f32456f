// The files of the slots: the resident takes, reads, answers and frees them.
// They lie in memory (/run), so synchronous calls do not make others wait.
import { must } from "../../shared/process/must.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import {
  ALIVE_FILE,
  BELL_DIR,
  BINARY_LOCK_FILE,
  type CallName,
  CALLS_DIR,
  LEFTOVER_LIMIT_MS,
  MAX_LINE_BYTES,
  parseBell,
  readyFile,
  settledFile,
  slotFile,
  slotOf,
  SLOTS,
  takenFile,
} from "./protocol.ts";
import { parseVariables, type Variables } from "./variables.ts";

/** A call as its launcher left it. */
export interface HandedCall {
  readonly variables: Variables;
  readonly config: Uint8Array;
}

/** Makes what is missing of directory, FIFOs and lock files; run again it changes nothing. */
export async function makeSlots(): Promise<void> {
  await Deno.mkdir(BELL_DIR, { recursive: true, mode: 0o700 });
  for (const file of [ALIVE_FILE, BINARY_LOCK_FILE]) {
    (await Deno.open(file, { create: true, append: true, mode: 0o600 })).close();
  }
  const fifos = Array.from({ length: SLOTS }, (_, slot) => slotFile(`${slot}`, "answer"));
  const missing = fifos.filter((file) => ageOf(file) === undefined);
  if (missing.length === 0) return;
  await must("make the answers' FIFOs", { argv: ["mkfifo", "--mode=0600", "--", ...missing] });
}

/** How long ago (ms) a call was rung for; undefined when its launcher has given it up. */
export function ageOfCall(call: CallName): number | undefined {
  return ageOf(readyFile(call));
}

/** Takes a call from its launcher: false when that has given it up. Needs no room in /run. */
export function takeCall(call: CallName): boolean {
  return isThere(() => Deno.renameSync(readyFile(call), takenFile(call)));
}

/** Reads what was handed over, and removes it; undefined when that is not whole. */
export function readCall({ slot }: CallName): HandedCall | undefined {
  const request = slotFile(slot, "request");
  const config = slotFile(slot, "config");
  let call: HandedCall | undefined;
  isThere(() => {
    const variables = parseVariables(Deno.readFileSync(request));
    call = { variables, config: Deno.readFileSync(config) };
  });
  for (const file of [request, config]) remove(file);
  return call;
}

/**
 * Answers in one line where the answer is short and plain, else through a file. Throws when /run
 * has no room for that; the launcher then knows nothing yet.
 */
export function writeAnswer(call: CallName, exitCode: number, stdout: string): void {
  const line = stdout.replace(/\n$/, "");
  const isPlain = /^[\x20-\x7e]*$/.test(line) && line.length <= MAX_LINE_BYTES && stdout !== "\n";
  if (isPlain) return writeLine(call, `answer ${exitCode} ${line}`);
  Deno.writeTextFileSync(slotFile(call.slot, "stdout"), stdout, { mode: 0o600 });
  writeLine(call, `stdout ${exitCode}`);
}

/** Answers with code 11. `why` stands between quotes in JSON as it is. */
export function writeRefusal(call: CallName, why: string): void {
  writeLine(call, `refuse ${why}`);
}

function writeLine({ slot, id }: CallName, line: string): void {
  // The FIFO is opened for reading, too: otherwise a FIFO whose other side is gone would stop the
  // whole program (or raise SIGPIPE).
  using fifo = Deno.openSync(slotFile(slot, "answer"), { read: true, write: true });
  fifo.writeSync(new TextEncoder().encode(`${id} ${line}\n`));
}

/** Says that the answer does not count: false when its launcher has taken it. */
export function takeBack(call: CallName): boolean {
  try {
    Deno.openSync(settledFile(call), { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    // /run has no room for this file. The taken file is gone, and that says the same.
  }
  remove(takenFile(call));
  return true;
}

/** Removes the files of a call that has ended. The claim goes last: it frees the slot. */
export function freeSlot(call: CallName): void {
  const { slot } = call;
  for (
    const file of [
      takenFile(call),
      settledFile(call),
      slotFile(slot, "stdout"),
      slotFile(slot, "claim"),
    ]
  ) remove(file);
}

/** The calls that a resident has taken and not freed. */
export function listTaken(): CallName[] {
  return listNames(CALLS_DIR).flatMap((name) => {
    const bell = parseBell(name);
    return bell?.name === "ready" ? [bell.call] : [];
  });
}

/** Takes the notes that launchers have left of calls which the binary answered. */
export function collectNotes() {
  return listNames(BELL_DIR).flatMap((name) => {
    const bell = parseBell(name);
    if (bell?.name !== "declined" && bell?.name !== "fallenBack") return [];
    remove(`${BELL_DIR}/${name}`);
    return [bell];
  });
}

/** Removes what launchers have left that are dead: it is old, and of no slot in `busy`. */
export function removeLeftovers(busy: ReadonlySet<string>): void {
  const files = [BELL_DIR, CALLS_DIR].flatMap((dir) =>
    listNames(dir).map((name) => ({ path: `${dir}/${name}`, slot: slotOf(name) }))
  );
  const left = files.filter(({ path, slot }) =>
    slot !== undefined && !busy.has(slot) && (ageOf(path) ?? 0) > scaled(LEFTOVER_LIMIT_MS)
  );
  const isClaim = (path: string) => path.endsWith(".claim");
  // The claims go last: a slot is free when nothing is in it.
  for (const { path } of left.filter(({ path }) => !isClaim(path))) remove(path);
  for (const { path } of left.filter(({ path }) => isClaim(path))) remove(path);
}

function listNames(dir: string): string[] {
  return Array.from(Deno.readDirSync(dir), ({ name }) => name);
}

/** How old (ms) a file is; undefined where there is none. */
function ageOf(path: string): number | undefined {
  let age: number | undefined;
  isThere(() => {
    age = Date.now() - (Deno.statSync(path).mtime?.getTime() ?? 0);
  });
  return age;
}

function remove(path: string): void {
  isThere(() => Deno.removeSync(path));
}

/** Does something with files; false when one of them is not there. */
function isThere(use: () => void): boolean {
  try {
    use();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
