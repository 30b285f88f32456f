// The manager as a foreground program: prepares its node, brings FRR to its configuration, then looks after both.
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { FrrConfiguration } from "./frr/configuration.ts";
import { startFrr, waitForFrr } from "./frr/supervise.ts";
import { serve } from "./health/http.ts";
import { isAlive, isReady, type Observation } from "./health/state.ts";
import { prepareNode } from "./install/prepare_node.ts";
import { learnNodeFacts, writeNodeFacts } from "./facts.ts";
import { addressLanNetns } from "./install/address_lan_netns.ts";
import type { Log } from "./log.ts";
import { lookAfterNode } from "./look_after_node.ts";
import type { Settings } from "./settings.ts";

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
  const health: { last: Observation } = { last: { daemons: [], sessions: [] } };
  const server = serve(
    {
      alive: () => isAlive(health.last, performance.now(), STUCK_MS),
      ready: () => isReady(role, health.last),
    },
    settings.httpPort,
    signal,
  );
  try {
    await prepareNode(role, settings, programDir, log);
    // Again from here when the node has another address.
    while (!signal.aborted) {
      const { facts, configuration } = await configure(settings, log, signal);
      await lookAfterNode(settings, facts, configuration, health, log, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await server.shutdown();
  }
  log("info", "manager stopped; LANs and FRR go on");
}

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
