// The resident: answers the calls that launchers hand over (docs/call-protocol.md), many at a time, in the manager's process.
import { answer } from "../../cni/call.ts";
import { isVerb } from "../../cni/environment.ts";
import type { Ports } from "../../shared/ports.ts";
import type { Log } from "../log.ts";
import {
  ALIVE_FILE,
  BELL_DIR,
  bellFile,
  parseBell,
  SETTLE_LIMIT_MS,
  slotFile,
  TOO_OLD_MS,
} from "./protocol.ts";
import {
  ageOf,
  findAbandoned,
  freeSlot,
  type HandedCall,
  isThere,
  readHandedCall,
  slots,
  take,
  writeAnswer,
  writeLost,
} from "./slots.ts";
import { type CallStatistics, count, NO_CALLS, type Outcome } from "./statistics.ts";

/** How long the exclusive lock is waited for: watchdogs of launchers hold it for an instant, an older resident until it ends. */
const ALIVE_LIMIT_MS = 30_000;

export interface Resident {
  readonly statistics: CallStatistics;
  /** Frees what dead launchers have left. */
  sweep(): void;
  /** Takes no more calls, and ends when those that were taken have ended. */
  close(): Promise<void>;
}

/**
 * Starts to answer. From now on launchers wait for this process instead of starting the binary.
 * @throws {FaultError} "try-later" when another resident does not end
 */
export async function startResident(ports: Ports, log: Log): Promise<Resident> {
  const alive = await ports.lock(ALIVE_FILE, false, ALIVE_LIMIT_MS);
  const resident = new Answering(ports, log);
  const watcher = Deno.watchFs(BELL_DIR, { recursive: false });
  resident.takeOver();
  const watching = resident.watch(watcher);
  return {
    get statistics() {
      return resident.statistics;
    },
    sweep: () => resident.sweep(),
    async close() {
      alive[Symbol.dispose]();
      watcher.close();
      await watching;
      await resident.idle();
    },
  };
}

class Answering {
  statistics = NO_CALLS;
  /** Calls at work, by slot; `settled` ends the wait for the launcher. */
  readonly #calls = new Map<
    string,
    { readonly settled: () => void; readonly ended: Promise<void> }
  >();

  constructor(private readonly ports: Ports, private readonly log: Log) {}

  async watch(events: AsyncIterable<Deno.FsEvent>): Promise<void> {
    for await (const { kind, paths } of events) {
      if (kind !== "create") continue;
      for (const bell of paths.map(parseBell)) {
        if (bell?.name === "ready") this.#start(bell.slot);
        if (bell?.name === "settled") this.#calls.get(bell.slot)?.settled();
      }
    }
  }

  /** What an earlier resident has taken is lost; what it has not is still to be answered. */
  takeOver(): void {
    for (const slot of slots()) {
      if (!isThere(bellFile(slot, "ready"))) continue;
      if (isThere(slotFile(slot, "decided"))) {
        const call = readHandedCall(slot);
        if (call !== undefined) writeLost(slot, call.id);
      } else this.#start(slot);
    }
  }

  sweep(): void {
    for (const slot of findAbandoned(new Set(this.#calls.keys()))) freeSlot(slot);
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#calls.values()].map(({ ended }) => ended));
  }

  #start(slot: string): void {
    if (this.#calls.has(slot)) return;
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    const ended = this.#serve(slot, settled).catch((error) =>
      this.log("error", `Cannot answer a call: ${error}`)
    )
      .finally(() => this.#calls.delete(slot));
    this.#calls.set(slot, { settled: resolve, ended });
  }

  async #serve(slot: string, settled: Promise<void>): Promise<void> {
    const started = performance.now();
    const age = ageOf(bellFile(slot, "ready"));
    if (age === undefined || age > TOO_OLD_MS) return;
    if (!take(slotFile(slot, "decided"))) return this.#end(slot, { kind: "fallen-back" });
    const call = readHandedCall(slot);
    if (call === undefined) return freeSlot(slot);
    const verb = verbOf(call);
    const { stdout, exitCode } = await this.#answer(call);
    writeAnswer(slot, call.id, exitCode, stdout);
    const ms = performance.now() - started;
    if (await this.#isSettled(slot, settled)) {
      return this.#end(slot, { kind: "answered", verb, ms, failed: exitCode !== 0 });
    }
    if (verb === "ADD" && exitCode === 0) await this.#answer(call, "DEL");
    this.log("warn", `nobody took the answer to ${verb}${verb === "ADD" ? "; it is undone" : ""}`);
    this.#end(slot, { kind: "undelivered", verb });
  }

  #answer(call: HandedCall, verb?: "DEL") {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const env = (name: string) => {
      if (name === "MEGALOS_MANAGED") return "1";
      if (name === "CNI_COMMAND" && verb !== undefined) return verb;
      const value = call.variables.get(name);
      return value === undefined ? undefined : decoder.decode(value);
    };
    return answer(env, () => Promise.resolve(call.config), this.ports);
  }

  /** Waits for the launcher to take the answer; when it does not, the answer is taken back, and only one of the two can be. */
  async #isSettled(slot: string, settled: Promise<void>): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const overdue = new Promise<void>((resolve) => timer = setTimeout(resolve, SETTLE_LIMIT_MS));
    await Promise.race([settled, overdue]);
    clearTimeout(timer);
    return !take(bellFile(slot, "settled"));
  }

  #end(slot: string, outcome: Outcome): void {
    this.statistics = count(this.statistics, outcome);
    freeSlot(slot);
  }
}

/** The verb for the statistics: one of the specification's, or "other". */
function verbOf({ variables }: HandedCall): string {
  const command = new TextDecoder().decode(variables.get("CNI_COMMAND"));
  return isVerb(command) ? command : "other";
}
