// The manager as a foreground program: prepares its node, brings FRR to its configuration, then looks after both.
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { startResident } from "./calls/resident.ts";
import { FrrConfiguration } from "./frr/configuration.ts";
import { readDaemons, readSessions } from "./frr/query.ts";
import { startFrr, waitForFrr } from "./frr/supervise.ts";
import { serve } from "./health/http.ts";
import { isAlive, isReady, type Observation } from "./health/state.ts";
import { prepareNode } from "./install/prepare_node.ts";
import { addressLanNetns, learnNodeFacts, writeNodeFacts } from "./install/write_node_facts.ts";
import { LanSweep } from "./lans/sweep.ts";
import type { Log } from "./log.ts";
import type { Role, Settings } from "./settings.ts";

/** A look that takes longer than this means that the loop is stuck. */
const STUCK_MS = 60_000;

/**
 * Runs the settings' role until `signal` is given. Then the program ends and nothing else: LANs of running pods stay, and FRR goes on.
 * @param programDir where this program lies, the plugin beside it
 */
export async function runManager(
  settings: Settings,
  programDir: string,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { role } = settings;
  let observation: Observation = { daemons: [], sessions: [] };
  const server = serve(
    {
      alive: () => isAlive(observation, performance.now(), STUCK_MS),
      ready: () => isReady(role, observation),
    },
    settings.httpPort,
    signal,
  );
  try {
    await prepareNode(role, settings, programDir, log);
    const { facts, configuration } = await configure(settings, log, signal);
    await using resident = role === "worker" && settings.launcher === "on"
      ? await startResident(facts, log)
      : undefined;
    await using lans = new LanSweep(settings.grace * 1000, log);
    let lastReady = performance.now();
    while (!signal.aborted) {
      const before = isReady(role, observation);
      observation = await observe();
      if (settings.frr === "start" && !observation.daemons.includes("watchfrr")) {
        await startFrr(log);
      }
      tellChange(role, before.ok, observation, log);
      await tryTo("follow the reflectors", () => configuration.follow(), log);
      if (role === "worker") await tryTo("sweep the LANs", () => lans.look(), log);
      await resident?.sweep();
      const { ok } = isReady(role, observation);
      if (ok) lastReady = performance.now();
      const again = lookAgainMs(performance.now() - lastReady);
      await pause(ok ? settings.reconcile * 1000 : again, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await server.shutdown();
  }
  log("info", "manager stopped; LANs and FRR go on");
}

/** A node that is not ready is looked at more often, and at first (all in ms) most often: a pod's start waits for it. */
const lookAgainMs = (notReadyMs: number) => notReadyMs < 15_000 ? 250 : 1_000;

async function configure(
  settings: Settings,
  log: Log,
  signal: AbortSignal,
): Promise<{ facts: NodeFacts; configuration: FrrConfiguration }> {
  const { role } = settings;
  const facts = await learnNodeFacts(settings);
  if (role === "worker") await addressLanNetns(facts);
  const configuration = new FrrConfiguration(settings, facts.vtep, log);
  await configuration.write();
  if (settings.frr === "start") await startFrr(log);
  await waitForFrr(log, signal);
  await configuration.apply();
  if (role === "worker") {
    log("info", `facts for the plugin: ${await writeNodeFacts(facts)} (VTEP ${facts.vtep})`);
  }
  return { facts, configuration };
}

/** What cannot be done now is tried at the next look. */
async function tryTo(what: string, work: () => Promise<void>, log: Log): Promise<void> {
  try {
    await work();
  } catch (error) {
    log("warn", `Cannot ${what}: ${error instanceof Error ? error.message : error}`);
  }
}

async function observe(): Promise<Observation> {
  const [daemons, sessions] = await Promise.all([readDaemons(), readSessions()]);
  return { at: performance.now(), daemons, sessions };
}

function tellChange(role: Role, wasReady: boolean, observation: Observation, log: Log): void {
  const { ok, reasons } = isReady(role, observation);
  if (ok !== wasReady) log(ok ? "info" : "warn", ok ? "ready" : `not ready: ${reasons.join("; ")}`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
