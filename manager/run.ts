// The manager as a foreground program: prepares its node, configures FRR, then looks after both.
import { run } from "../shared/process/exec.ts";
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import type { Tell } from "./events/event.ts";
import type { Journal } from "./events/journal.ts";
import { learnNodeFacts, writeNodeFacts } from "./facts.ts";
import { FrrConfiguration } from "./frr/configuration.ts";
import { startFrrFirst, waitForFrr } from "./frr/supervise.ts";
import { serve } from "./http/server.ts";
import { ViewServer } from "./http/view_server.ts";
import { lookAfterNode } from "./look_after_node.ts";
import { InventoryKeeper } from "./inventory/inventory_keeper.ts";
import { LimitNews } from "./limits/limit_news.ts";
import { Health } from "./loop/health.ts";
import { MapFeed } from "./map/feed.ts";
import { Metrics } from "./metrics/metrics.ts";
import { addressLanNetns } from "./node/address_lan_netns.ts";
import { prepareNode } from "./node/prepare_node.ts";
import type { Settings } from "./settings.ts";
import { Beacon } from "./underlay/beacon.ts";

/**
 * Runs the settings' role until `signal` is given. Then only this program ends: the LANs of running
 * pods stay, and FRR goes on.
 * @param programDir where this program lies, the plugin beside it
 * @param cpuSeconds how much time of all processors this program has used
 */
export async function runManager(
  settings: Settings,
  programDir: string,
  journal: Journal,
  signal: AbortSignal,
  cpuSeconds: () => number,
): Promise<void> {
  const { tell } = journal;
  const { role } = settings;
  const health = new Health(role, tell);
  const limits = new LimitNews(tell);
  await using inventory = new InventoryKeeper(settings, health, journal);
  using metrics = new Metrics({ role, health, journal, run, cpuSeconds });
  using _server = serve(health, settings);
  const map = new MapFeed(inventory);
  const served = { metrics: () => metrics.metrics(), watchMap: () => map.open() };
  using view = new ViewServer(settings, served, tell);
  // Before all else: what waits for FRR can be seen then. The first look tells why this fails.
  await view.look().catch(() => {});
  try {
    await prepareNode(settings.role, settings, programDir, tell);
    // All begins again here when the node has another address.
    while (!signal.aborted) {
      const configured = await configure(settings, tell, signal);
      const watched = { health, inventory, metrics, map, view, journal, limits };
      await lookAfterNode({ settings, ...configured, ...watched, signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  tell({ kind: "manager-stopped" });
}

async function configure(
  settings: Settings,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ facts: NodeFacts; configuration: FrrConfiguration }> {
  const { role } = settings;
  const facts = await learnNodeFacts(settings);
  if (role === "worker") {
    await addressLanNetns(facts);
    // Before the first session: what fails here is done, and told, by the first look.
    await new Beacon(facts, tell).look().catch(() => {});
  }
  const configuration = new FrrConfiguration(settings, facts.vtep, tell);
  await configuration.write();
  if (settings.frr === "start") await startFrrFirst(tell, signal);
  if (await waitForFrr(tell, signal)) await configuration.awaitStart(signal);
  await configuration.apply();
  if (role === "worker") {
    tell({ kind: "facts-written", vtep: facts.vtep, outcome: await writeNodeFacts(facts) });
  }
  return { facts, configuration };
}
