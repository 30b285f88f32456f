// The resident: takes the calls that launchers hand over (docs/call-protocol.md), many at a time.
import type { Host } from "../../shared/host.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import type { Tell } from "../events/event.ts";
import { CannotGoOn, type Duty } from "../loop/duty.ts";
import { type Rung, watchBell } from "./bell.ts";
import { ALIVE_FILE, BELL_DIR, type CallName, TOO_OLD_MS } from "./protocol.ts";
import { residentHost } from "./resident_host.ts";
import { serveCall } from "./serve_call.ts";
import {
  ageOfCall,
  collectNotes,
  freeSlot,
  listTaken,
  readCall,
  removeLeftovers,
  takeCall,
  writeRefusal,
} from "./slots.ts";

/**
 * How long (ms) the exclusive lock is waited for. Watchdogs of launchers hold the lock for an
 * instant, an older resident until it ends.
 */
const ALIVE_LIMIT_MS = 30_000;

/**
 * Starts to answer. From now on launchers wait for this process instead of starting the binary.
 * @throws {FaultError} "try-later" when another resident does not end
 */
export async function startResident(facts: () => NodeFacts, tell: Tell): Promise<Resident> {
  const { host, close } = residentHost(facts);
  const alive = await host.lock(ALIVE_FILE, { timeoutMs: ALIVE_LIMIT_MS });
  const resident = new Resident(host, tell, async () => {
    await close();
    // The lock goes last: as long as it is held, launchers trust that taken calls will be answered.
    alive[Symbol.dispose]();
  });
  resident.start();
  tell({ kind: "calls-served" });
  return resident;
}

/** A call at work. */
interface Work {
  readonly slot: string;
  /** Ends the wait for the launcher. */
  readonly settled: () => void;
  readonly ended: Promise<void>;
}

/** Disposing takes no more calls, and ends when those that were taken have ended. */
class Resident implements Duty, AsyncDisposable {
  readonly name = "look the calls over";
  #isEnding = false;
  #watching: AsyncDisposable | undefined;
  /** By the calls' UUIDs. */
  readonly #work = new Map<string, Work>();

  constructor(
    private readonly host: Host,
    private readonly tell: Tell,
    private readonly close: () => Promise<void>,
  ) {}

  start(): void {
    // What an earlier resident had taken is lost.
    for (const call of listTaken()) {
      writeRefusal(call, "Cannot answer: the manager that took the call has ended");
      freeSlot(call);
    }
    this.#watching = watchBell((rung) => this.#hear(rung));
  }

  /** Removes what dead launchers have left, and counts the calls that the binary has answered. */
  look(): Promise<void> {
    try {
      removeLeftovers(new Set([...this.#work.values()].map(({ slot }) => slot)));
      for (const { name, verb } of collectNotes()) {
        this.tell({ kind: name === "declined" ? "call-declined" : "call-fallen-back", verb });
      }
      return Promise.resolve();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new CannotGoOn(`Cannot go on: ${BELL_DIR} has been removed`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await Promise.all([...this.#work.values()].map(({ ended }) => ended));
    await this.#watching?.[Symbol.asyncDispose]();
    await this.close();
  }

  #hear({ ready, settled }: Rung): void {
    for (const { id } of settled) this.#work.get(id)?.settled();
    if (this.#isEnding) return;
    for (const call of ready) {
      try {
        this.#take(call);
      } catch (error) {
        this.tell({ kind: "call-broken", why: `Cannot take a call: ${error}` });
      }
    }
  }

  #take(call: CallName): void {
    // An old call is left to its launcher, which is about to give the call up, or is gone.
    const age = ageOfCall(call);
    if (age === undefined || age > scaled(TOO_OLD_MS) || !takeCall(call)) return;
    const handed = readCall(call);
    if (handed === undefined) {
      writeRefusal(call, "Cannot answer: the request is not whole");
      return freeSlot(call);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const ended = serveCall(call, handed, promise, this.host, this.tell)
      .catch((error) => this.tell({ kind: "call-broken", why: `Cannot answer a call: ${error}` }))
      .finally(() => this.#work.delete(call.id));
    this.#work.set(call.id, { slot: call.slot, settled: resolve, ended });
  }
}
