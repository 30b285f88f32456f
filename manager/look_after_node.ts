// Looks after a configured node again and again: one observation a look, handed to every duty.
import { run } from "../shared/process/exec.ts";
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { startResident } from "./calls/resident.ts";
import { EntryKeeper } from "./entries/entry_keeper.ts";
import { FloodNodes } from "./entries/flood_nodes.ts";
import { Sweeper } from "./entries/sweeper.ts";
import { CountersFile } from "./events/counters.ts";
import type { Journal } from "./events/journal.ts";
import { AwayNodes } from "./frr/away.ts";
import type { FrrConfiguration } from "./frr/configuration.ts";
import { Forgers } from "./frr/forgers.ts";
import { Gatekeeper } from "./frr/gatekeeper.ts";
import { IdleSessions } from "./frr/idle_sessions.ts";
import { NextHopAsker } from "./frr/next_hops.ts";
import { RefusedFile } from "./frr/refused_file.ts";
import { FrrStarter } from "./frr/supervise.ts";
import type { ViewServer } from "./http/view_server.ts";
import { Door } from "./local/door.ts";
import { MoveHints } from "./moves/move_hints.ts";
import { MoveRemnants } from "./moves/move_remnants.ts";
import { Members } from "./uplink/members.ts";
import { MovePasser } from "./uplink/move_passer.ts";
import { Uplink } from "./uplink/uplink.ts";
import { addOwnEvents, answerOf } from "./view/answerer.ts";
import type { InventoryKeeper } from "./inventory/inventory_keeper.ts";
import type { HeardLink } from "./lans/heard_link.ts";
import type { LimitNews } from "./limits/limit_news.ts";
import { MacLimiter } from "./limits/mac_limiter.ts";
import { PortLimit } from "./limits/port_limit.ts";
import { StormLimiter } from "./limits/storm_limiter.ts";
import { SwitchKeeper } from "./lans/switch_keeper.ts";
import { PortMacs } from "./lans/port_macs.ts";
import { UnknownMacs } from "./lans/unknown_macs.ts";
import { LanKeeper, type TakeDevices } from "./lans/lan_keeper.ts";
import { Alarm } from "./loop/alarm.ts";
import { Duties, type Duty } from "./loop/duty.ts";
import type { Health } from "./loop/health.ts";
import { Observer } from "./loop/observation.ts";
import { nextLookMs, SOON_MS } from "./loop/pace.ts";
import type { MapFeed } from "./map/feed.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { BacklogKeeper } from "./node/backlog_keeper.ts";
import { NeighbourKeeper } from "./node/neighbour_keeper.ts";
import { AddressWatch } from "./node/watch_address.ts";
import type { Settings } from "./settings.ts";
import { Beacon } from "./underlay/beacon.ts";
import { systemFilterHost } from "./underlay/filter_host.ts";
import { VtepFilter } from "./underlay/vtep_filter.ts";

/** A node that is configured, and what its manager needs to look after it. */
export interface ConfiguredNode {
  readonly settings: Settings;
  readonly facts: NodeFacts;
  readonly configuration: FrrConfiguration;
  readonly health: Health;
  readonly inventory: InventoryKeeper;
  readonly metrics: Metrics;
  readonly map: MapFeed;
  readonly view: ViewServer;
  readonly journal: Journal;
  readonly limits: LimitNews;
  readonly signal: AbortSignal;
}

/** Ends when the node's address or MTU has changed, or `signal` is given. */
export async function lookAfterNode(node: ConfiguredNode): Promise<void> {
  const { settings, facts, health, metrics, view, journal, signal } = node;
  await using kept = new AsyncDisposableStack();
  const alarm = new Alarm(SOON_MS);
  const address = new AddressWatch(settings, facts, journal.tell);
  const list = await listDuties(node, () => alarm.ring(), kept);
  const duties = new Duties([...list, address, view], journal.tell);
  const observer = new Observer(run, health.last);
  let lastReady = performance.now();
  while (!signal.aborted && !address.hasChanged) {
    const started = performance.now();
    await duties.look(() => observer.look());
    const now = performance.now();
    metrics.looked(now - started, duties.failing);
    const { ok } = health.ready();
    if (ok) lastReady = now;
    const { isUnsettled } = duties;
    const ms = nextLookMs({
      ...{ isReady: ok, notReadyMs: now - lastReady, isUnsettled },
      reconcileMs: settings.reconcile * 1000,
    });
    if (!address.hasChanged) await alarm.pause(ms, signal);
  }
  // The next round has duties of its own. Where all ends, nobody waits.
  if (address.hasChanged) await duties.ended();
}

/** The duties in their order: what traffic waits for comes first. */
async function listDuties(
  { settings, facts, configuration, health, inventory, metrics, map, journal, limits }:
    ConfiguredNode,
  ring: () => void,
  kept: AsyncDisposableStack,
): Promise<Duty[]> {
  const { tell } = journal;
  inventory.address = facts.vtep;
  const frr = settings.frr === "start" ? [new FrrStarter(tell)] : [];
  const idle = new IdleSessions(tell);
  if (settings.role === "route-reflector") {
    const gatekeeper = new Gatekeeper(settings, configuration, tell);
    const refused = new RefusedFile(() => gatekeeper.refused);
    const passer = settings.moveHints === "on" ? new MovePasser(configuration) : undefined;
    const members = kept.use(new Members(() => configuration.passwords, tell, passer));
    kept.use(addOwnEvents(members, inventory.nodeName, journal));
    const answerer = answerOf(inventory, journal, members);
    map.source = answerer;
    const door = kept.use(new Door(answerer));
    // What is shown of the cluster does not wait for FRR's configuration.
    const shown = [inventory, members, door];
    return [health, ...shown, ...frr, configuration, gatekeeper, refused, idle];
  }
  const portLimit = new PortLimit(settings.maxPorts, facts, tell);
  // What is kept first ends last: calls are answered until all else has ended.
  const resident = settings.launcher === "on"
    ? [kept.use(await startResident(() => portLimit.facts, tell))]
    : [];
  limits.beginAnew();
  const macs = kept.use(new MacLimiter(settings, limits.tell));
  const forgers = new Forgers(facts.vtep, configuration, tell);
  const refused = new RefusedFile(() => forgers.refused);
  const filterHost = { ...systemFilterHost, nodesOfEvpn: () => forgers.listNodes() };
  const filter = kept.use(new VtepFilter(settings, facts.vtep, tell, filterHost));
  metrics.filter = () => filter.figures;
  const floods = new FloodNodes();
  const moves = settings.moveHints === "on"
    ? kept.use(new MoveHints(tell, ring, floods))
    : undefined;
  const hints = moves === undefined ? [] : [moves];
  // Nobody else asks it, and its list may take long.
  const nodes = settings.stormLimit > 0 || moves !== undefined ? [floods] : [];
  const beacon = new Beacon(facts, tell);
  const portMacs = kept.use(new PortMacs());
  const unknownMacs = new UnknownMacs();
  const hearLink = (link: HeardLink) => {
    portMacs.hearLink(link);
    macs.hearLink(link);
    inventory.hearLink();
  };
  const storms = new StormLimiter(settings.stormLimit, limits.tell, floods, macs);
  const takeDevices: TakeDevices = (devices, mayHaveChanged) => {
    portLimit.takeDevices(devices);
    storms.takeDevices(devices);
    macs.takeDevices(devices);
    portMacs.takeDevices(devices);
    unknownMacs.takeDevices(devices);
    beacon.takeDevices(devices, mayHaveChanged);
    filter.takeDevices(devices);
    inventory.takeDevices(devices);
    moves?.takeDevices(devices);
    metrics.takeDevices(devices);
  };
  const lans = kept.use(new LanKeeper(facts, settings.grace * 1000, tell, hearLink, takeDevices));
  const switches = new SwitchKeeper(tell);
  const neighbours = new NeighbourKeeper(settings.neighbours, tell);
  const remnants = kept.use(new MoveRemnants());
  const backlog = new BacklogKeeper(settings.backlog, tell);
  const entries = kept.use(
    new EntryKeeper(tell, ring, [filter, macs, metrics.entries, ...nodes, ...hints, remnants]),
  );
  const sweeper = new Sweeper(entries, tell);
  const away = new AwayNodes(tell);
  const nextHops = kept.use(new NextHopAsker());
  const counters = new CountersFile(() => journal.counters);
  const uplink = kept.use(new Uplink(inventory, () => configuration.passwords[0], tell, moves));
  const answerer = answerOf(inventory, journal);
  map.source = answerer;
  const door = kept.use(new Door(answerer));
  const told = [...hints, counters, inventory, uplink, door];
  const own = [
    lans,
    portLimit,
    portMacs,
    unknownMacs,
    filter,
    forgers,
    refused,
    beacon,
    macs,
    switches,
    neighbours,
    backlog,
    ...resident,
    ...nodes,
    storms,
    limits,
    ...told,
  ];
  return [health, entries, sweeper, nextHops, away, ...frr, configuration, idle, ...own];
}
