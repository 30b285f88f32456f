// The resident: answers the calls that launchers hand over (docs/call-protocol.md), many at a time, in the manager's process.
import { answer } from "../../cni/call.ts";
import { updateFile } from "../../shared/files.ts";
import { showLink } from "../../shared/iproute2/commands.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Host } from "../../shared/host.ts";
import { within } from "../../shared/process/time.ts";
import type { Log } from "../log.ts";
import { type Rung, watchBell } from "./bell.ts";
import {
  ALIVE_FILE,
  BELL_DIR,
  type CallName,
  HANDED_VERBS,
  SETTLE_LIMIT_MS,
  STATISTICS_FILE,
  TOO_OLD_MS,
} from "./protocol.ts";
import { readVariable } from "./variables.ts";
import { residentHost } from "./resident_host.ts";
import {
  ageOfCall,
  collectNotes,
  freeSlot,
  type HandedCall,
  listTaken,
  readCall,
  removeLeftovers,
  takeBack,
  takeCall,
  writeAnswer,
  writeRefusal,
} from "./slots.ts";
import { type CallStatistics, count, type Outcome } from "./statistics.ts";

/** How long the exclusive lock is waited for: watchdogs of launchers hold it for an instant, an older resident until it ends. */
const ALIVE_LIMIT_MS = 30_000;

/** Disposing takes no more calls, and ends when those that were taken have ended. */
export interface Resident extends AsyncDisposable {
  /** Removes what dead launchers have left, and writes the statistics. Throws when the calls' directory is no more. */
  tidy(): Promise<void>;
}

/**
 * Starts to answer. From now on launchers wait for this process instead of starting the binary.
 * @throws {FaultError} "try-later" when another resident does not end
 */
export async function startResident(facts: NodeFacts, log: Log): Promise<Resident> {
  const { host, close } = residentHost(facts);
  const alive = await host.lock(ALIVE_FILE, { timeoutMs: ALIVE_LIMIT_MS });
  const resident = new Answering(host, log);
  resident.takeOver();
  const watching = watchBell((rung) => resident.hear(rung));
  log("info", "calls are answered here");
  return {
    tidy: () => resident.tidy(),
    async [Symbol.asyncDispose]() {
      // Launchers hold what they have been promised for good until nobody holds the lock: it goes last.
      await resident.finish();
      await watching[Symbol.asyncDispose]();
      await close();
      alive[Symbol.dispose]();
    },
  };
}

/** A call at work. */
interface Work {
  readonly slot: string;
  /** Ends the wait for the launcher. */
  readonly settled: () => void;
  readonly ended: Promise<void>;
}

class Answering {
  #statistics: CallStatistics = {};
  #finishing = false;
  /** By the calls' UUIDs. */
  readonly #work = new Map<string, Work>();

  constructor(private readonly host: Host, private readonly log: Log) {}

  /** What an earlier resident had taken is lost. */
  takeOver(): void {
    for (const call of listTaken()) {
      writeRefusal(call, "Cannot answer: the manager that took the call has ended");
      freeSlot(call);
    }
  }

  hear({ ready, settled }: Rung): void {
    for (const { id } of settled) this.#work.get(id)?.settled();
    if (this.#finishing) return;
    for (const call of ready) {
      try {
        this.#start(call);
      } catch (error) {
        this.log("error", `Cannot take a call: ${error}`);
      }
    }
  }

  async tidy(): Promise<void> {
    try {
      removeLeftovers(new Set([...this.#work.values()].map(({ slot }) => slot)));
      for (const { name, verb } of collectNotes()) this.#count(verb, { kind: name });
      await updateFile(STATISTICS_FILE, JSON.stringify(this.#statistics), 0o600);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        throw new Error(`Cannot go on: ${BELL_DIR} has been removed`, { cause: error });
      }
      // Such as no room in /run: calls are answered all the same.
      this.log("warn", `Cannot look the calls over: ${error}`);
    }
  }

  /** Ends with the last call at work; others are no longer taken. */
  async finish(): Promise<void> {
    this.#finishing = true;
    await Promise.all([...this.#work.values()].map(({ ended }) => ended));
  }

  #start(call: CallName): void {
    // An old one is left to its launcher, which is about to give it up, or gone.
    const age = ageOfCall(call);
    if (age === undefined || age > TOO_OLD_MS || !takeCall(call)) return;
    const handed = readCall(call);
    if (handed === undefined) {
      writeRefusal(call, "Cannot answer: the request is not whole");
      return freeSlot(call);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const ended = this.#serve(call, handed, promise)
      .catch((error) => this.log("error", `Cannot answer a call: ${error}`))
      .finally(() => this.#work.delete(call.id));
    this.#work.set(call.id, { slot: call.slot, settled: resolve, ended });
  }

  async #serve(
    call: CallName,
    handed: HandedCall,
    settled: Promise<void>,
  ): Promise<void> {
    const started = performance.now();
    const verb = verbOf(handed);
    const { stdout, exitCode } = await this.#answer(handed);
    const undo = async () => {
      if (verb === "ADD" && exitCode === 0) await this.#undo(handed, stdout);
    };
    try {
      writeAnswer(call, exitCode, stdout);
    } catch (error) {
      await undo();
      writeRefusal(call, "Cannot hand the answer over: there is no room for it in /run");
      this.#count(verb, { kind: "undelivered" });
      freeSlot(call);
      throw error;
    }
    const ms = performance.now() - started;
    await within(SETTLE_LIMIT_MS, settled);
    if (takeBack(call)) {
      await undo();
      this.log(
        "warn",
        `nobody took the answer to ${verb}${verb === "ADD" ? "; it is undone" : ""}`,
      );
      this.#count(verb, { kind: "undelivered" });
    } else {
      this.#count(verb, { kind: "answered", ms, failed: exitCode !== 0 });
      freeSlot(call);
    }
  }

  /** Takes back an ADD, unless another one has taken its place since: the port's MAC address is random. */
  async #undo(handed: HandedCall, result: string): Promise<void> {
    const [port] = readInterfaces(result);
    if (port !== undefined && await this.#macOf(port.name) !== port.mac) return;
    await this.#answer(handed, "DEL");
  }

  async #macOf(port: string): Promise<string | undefined> {
    const { shareKernel, converse } = this.host;
    const kernel = shareKernel(openKernel(converse, () => SETTLE_LIMIT_MS));
    try {
      return (await kernel.show(LAN_NETNS, [showLink(port)]))[0]?.mac;
    } finally {
      await kernel.close();
    }
  }

  #answer({ variables, config }: HandedCall, verb?: "DEL") {
    const env = (name: string) => {
      if (name === "MEGALOS_MANAGED") return "1";
      if (name === "CNI_COMMAND" && verb !== undefined) return verb;
      return readVariable(variables, name);
    };
    return answer(env, () => Promise.resolve(config), this.host);
  }

  #count(verb: string, outcome: Outcome): void {
    this.#statistics = count(this.#statistics, verb, outcome);
  }
}

/** The verb for the statistics. */
function verbOf({ variables }: HandedCall): string {
  const command = new TextDecoder().decode(variables.get("CNI_COMMAND"));
  return HANDED_VERBS.find((verb) => verb === command) ?? "other";
}

/** The interfaces of a result, the host's side first; none before CNI 0.3.0. */
function readInterfaces(result: string): { readonly name: string; readonly mac: string }[] {
  return JSON.parse(result).interfaces?.slice(-2) ?? [];
}
