// Looks at a configured node again and again, and does what is to be done: FRR, LANs, calls.
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { Alarm } from "./alarm.ts";
import { startResident } from "./calls/resident.ts";
import type { FrrConfiguration } from "./frr/configuration.ts";
import { EntryKeeper } from "./frr/entry_keeper.ts";
import { NextHopAsker } from "./frr/next_hops.ts";
import { readHealth } from "./frr/query.ts";
import { startFrr } from "./frr/supervise.ts";
import { isReady, type Observation } from "./health/state.ts";
import { learnUnderlay } from "./facts.ts";
import { keepSwitches } from "./lans/keep_switches.ts";
import { LanKeeper } from "./lans/lan_keeper.ts";
import type { Log } from "./log.ts";
import type { Role, Settings } from "./settings.ts";
import { RepairTally } from "./repairs.ts";

/** A node that is not ready is looked at more often, and at first (all in ms) most often: a pod's start waits for it. */
const lookAgainMs = (notReadyMs: number) => notReadyMs < 15_000 ? 250 : SOON_MS;
/** A node where something is going on, too. */
const SOON_MS = 1_000;

/** Ends when the node's facts are others than `facts`, or `signal` is given. `health` is told what is seen. */
export async function lookAfterNode(
  settings: Settings,
  facts: NodeFacts,
  configuration: FrrConfiguration,
  health: { last: Observation },
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { role } = settings;
  const isWorker = role === "worker";
  await using resident = isWorker && settings.launcher === "on"
    ? await startResident(facts, log)
    : undefined;
  const tally = new RepairTally();
  await using lans = new LanKeeper(facts, settings.grace * 1000, log, tally);
  const alarm = new Alarm(SOON_MS);
  await using entries = new EntryKeeper(log, tally, () => alarm.ring());
  await using nextHops = new NextHopAsker();
  const tasks = new Tasks(log);
  let moved = false;
  let lastReady = performance.now();
  while (!signal.aborted && !moved) {
    const before = isReady(role, health.last);
    const at = performance.now();
    health.last = { at, ...await readHealth() };
    const { ok } = isReady(role, health.last);
    tellChange(role, before.ok, health.last, log);
    if (isWorker) {
      const { sessions } = health.last;
      await tasks.try("look the forwarding entries over", () => entries.look(sessions, at));
      await tasks.try("ask for the reflectors' next hops", () => nextHops.look(sessions));
    }
    if (settings.frr === "start" && !health.last.daemons.includes("watchfrr")) await startFrr(log);
    await tasks.try("follow the reflectors", () => configuration.follow());
    if (isWorker) {
      await tasks.try("look the LANs over", () => lans.look());
      await tasks.try("keep the LAN namespace's switches", () => keepSwitches(log, tally));
      await tasks.try("write what was done", () => tally.tell());
    }
    await resident?.tidy();
    await tasks.try("find this node's address", async () => {
      const { vtep, mtu } = await learnUnderlay(settings);
      moved = vtep !== facts.vtep || mtu !== facts.mtu;
    });
    if (ok) lastReady = performance.now();
    const again = ok ? settings.reconcile * 1000 : lookAgainMs(performance.now() - lastReady);
    const soon = entries.isUnsettled ? Math.min(again, SOON_MS) : again;
    if (!moved) await alarm.pause(soon, signal);
  }
  if (moved) log("warn", "this node's address or MTU has changed");
}

/** What cannot be done now is tried at the next look; why is logged once. */
class Tasks {
  readonly #failures = new Map<string, string>();

  constructor(private readonly log: Log) {}

  async try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failures.delete(what);
    } catch (error) {
      const why = `Cannot ${what}: ${error instanceof Error ? error.message : error}`;
      if (this.#failures.get(what) !== why) this.log("warn", why);
      this.#failures.set(what, why);
    }
  }
}

function tellChange(role: Role, wasReady: boolean, observation: Observation, log: Log): void {
  const { ok, reasons } = isReady(role, observation);
  if (ok !== wasReady) log(ok ? "info" : "warn", ok ? "ready" : `not ready: ${reasons.join("; ")}`);
}
