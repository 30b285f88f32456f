// The resident: answers the calls that launchers hand over (docs/call-protocol.md), many at a time, in the manager's process.
import { type Rung, watchBell } from "./bell.ts";
import { showLink } from "../../shared/iproute2/commands.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { answer } from "../../cni/call.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import type { Ports } from "../../shared/ports.ts";
import type { Log } from "../log.ts";
import {
  ALIVE_FILE,
  bellFile,
  HANDED_VERBS,
  SETTLE_LIMIT_MS,
  slotFile,
  STATISTICS_FILE,
  TOO_OLD_MS,
} from "./protocol.ts";
import { residentPorts } from "./resident_ports.ts";
import {
  abandonSlot,
  ageOf,
  collectDeclined,
  decider,
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
import { updateFile } from "../../shared/files.ts";
import { type CallStatistics, count, type Outcome } from "./statistics.ts";

/** How long the exclusive lock is waited for: watchdogs of launchers hold it for an instant, an older resident until it ends. */
const ALIVE_LIMIT_MS = 30_000;

/** Disposing takes no more calls, and ends when those that were taken have ended. */
export interface Resident extends AsyncDisposable {
  /** Frees what dead launchers have left, and writes the statistics. */
  sweep(): Promise<void>;
}

/**
 * Starts to answer. From now on launchers wait for this process instead of starting the binary.
 * @throws {FaultError} "try-later" when another resident does not end
 */
export async function startResident(facts: NodeFacts, log: Log): Promise<Resident> {
  const { ports, spares } = residentPorts(facts);
  const alive = await ports.lock(ALIVE_FILE, false, ALIVE_LIMIT_MS);
  const resident = new Answering(ports, log);
  spares.fill();
  resident.takeOver();
  const watching = watchBell((rung) => resident.hear(rung));
  log("info", "calls are answered here");
  return {
    sweep: () => resident.sweep(),
    async [Symbol.asyncDispose]() {
      // Launchers whose calls were taken wait for this process as long as it holds the lock; others fall back.
      await resident.finish();
      await watching[Symbol.asyncDispose]();
      alive[Symbol.dispose]();
      await spares.close();
    },
  };
}

class Answering {
  #statistics: CallStatistics = {};
  #finishing = false;
  /** Calls at work, by slot; `settled` ends the wait for the launcher. */
  readonly #calls = new Map<
    string,
    { readonly settled: () => void; readonly ended: Promise<void> }
  >();

  constructor(private readonly ports: Ports, private readonly log: Log) {}

  /** What an earlier resident had taken is lost. */
  takeOver(): void {
    for (const slot of slots()) {
      if (!isThere(bellFile(slot, "ready"))) continue;
      const by = decider(slot);
      if (by === "launcher") freeSlot(slot);
      if (by !== "resident") continue;
      const call = readHandedCall(slot);
      if (call !== undefined) writeLost(slot, call.id);
      abandonSlot(slot);
    }
  }

  hear({ ready, settled }: Rung): void {
    for (const slot of this.#finishing ? [] : ready) this.#start(slot);
    for (const slot of settled) this.#calls.get(slot)?.settled();
  }

  async sweep(): Promise<void> {
    for (const slot of findAbandoned(new Set(this.#calls.keys()))) freeSlot(slot);
    for (const verb of collectDeclined()) this.#count(verb, { kind: "declined" });
    await updateFile(STATISTICS_FILE, JSON.stringify(this.#statistics), 0o600)
      .catch((error) => this.log("warn", `Cannot write the calls' statistics: ${error.message}`));
  }

  /** Takes no more calls, and waits for the end of those that were taken. */
  async finish(): Promise<void> {
    this.#finishing = true;
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
    // Its launcher is about to give it up, or is gone: the sweep's.
    const isOld = (ageOf(bellFile(slot, "ready")) ?? Infinity) > TOO_OLD_MS;
    if (isOld && !isThere(slotFile(slot, "decided"))) return;
    const taken = take(slotFile(slot, "decided"));
    const call = readHandedCall(slot);
    if (call === undefined) return freeSlot(slot);
    const verb = verbOf(call);
    if (!taken) return this.#end(slot, verb, { kind: "fallenBack" });
    const { stdout, exitCode } = await this.#answer(call);
    writeAnswer(slot, call.id, exitCode, stdout);
    const ms = performance.now() - started;
    if (await this.#isSettled(slot, settled)) {
      return this.#end(slot, verb, { kind: "answered", ms, failed: exitCode !== 0 });
    }
    if (verb === "ADD" && exitCode === 0) await this.#undo(call, stdout);
    this.log("warn", `nobody took the answer to ${verb}${verb === "ADD" ? "; it is undone" : ""}`);
    this.#count(verb, { kind: "undelivered" });
    // Not freed: its launcher may only be stopped, and must find that the call is settled.
    abandonSlot(slot);
  }

  /** Takes back an ADD, unless another one has taken its place since: the port's MAC address is random. */
  async #undo(call: HandedCall, result: string): Promise<void> {
    const [port] = readInterfaces(result);
    if (port !== undefined && await this.#macOf(port.name) !== port.mac) return;
    await this.#answer(call, "DEL");
  }

  async #macOf(port: string): Promise<string | undefined> {
    const kernel = openKernel(this.ports.converse, () => SETTLE_LIMIT_MS);
    try {
      return (await kernel.show(LAN_NETNS, [showLink(port)]))[0]?.mac;
    } finally {
      await kernel.close();
    }
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

  #end(slot: string, verb: string, outcome: Outcome): void {
    this.#count(verb, outcome);
    freeSlot(slot);
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
