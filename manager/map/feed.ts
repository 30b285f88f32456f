// Feeds the pages that show the map: looks at the view while somebody watches, and tells changes.
import { sleep } from "../../shared/process/time.ts";
import { VERSION } from "../../shared/version.ts";
import type { InventoryKeeper } from "../inventory/inventory_keeper.ts";
import type { Answerer } from "../local/door.ts";
import { keepFairly } from "./keep_fairly.ts";
import type { ClusterCounts, MapEvent } from "./messages.ts";
import {
  findCountChange,
  findNodeChange,
  readCounts,
  tellEvent,
  tellNodes,
  type ToldNode,
} from "./told.ts";
import { sse, Viewer } from "./viewer.ts";

/** Pages that watch at a time. */
const MOST_VIEWERS = 16;
/** Pauses (ms) between two looks for changes, and two readings of counters. */
const CHANGES_MS = 200;
const COUNTS_MS = 1_000;
/** Of the time, looks for changes take one part of four at most. */
const REST = 3;

export class MapFeed {
  readonly #viewers = new Set<Viewer>();
  #source: Answerer | undefined;
  #nodes: ReadonlyMap<string, ToldNode> = new Map();
  #counts: ClusterCounts = {};
  /** What a page is told when it begins. */
  #events: MapEvent[] = [];
  /** The number of the last event that was heard of. */
  #lastEvent = 0;
  #stop = new AbortController();

  /** @param inventory is followed while somebody watches: then a node sees its devices at once */
  constructor(private readonly inventory: Pick<InventoryKeeper, "follow">) {}

  /** Where the view comes from from now on; there is none before the node is configured. */
  set source(source: Answerer) {
    this.#source = source;
    this.#events = [];
    this.#lastEvent = 0;
    for (const viewer of this.#viewers) viewer.tellAll();
  }

  /** A stream of server-sent events; undefined where too many watch. */
  async open(): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined> {
    if (this.#viewers.size >= MOST_VIEWERS) return undefined;
    const viewer = new Viewer(() => this.#snapshot(), () => this.#leave(viewer));
    this.#viewers.add(viewer);
    if (this.#viewers.size === 1) {
      // What was counted at an earlier time is told to nobody.
      this.#counts = {};
      this.#stop = new AbortController();
      void this.#watch(this.#stop.signal);
    }
    await this.#tellChanges().catch(() => {});
    return viewer.stream;
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this.#stop.abort();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    using _ = this.inventory.follow(() => {});
    await Promise.all([
      repeat(CHANGES_MS, signal, () => this.#tellChanges()),
      repeat(COUNTS_MS, signal, () => this.#tellCounts()),
    ]);
  }

  async #tellChanges(): Promise<void> {
    const view = await this.#source?.view(false);
    const before = this.#nodes;
    this.#nodes = tellNodes(view?.nodes ?? [], before);
    const change = findNodeChange(before, this.#nodes);
    if (change !== undefined) this.#tell("nodes", change);
    const now = Date.now();
    const events = (this.#source?.eventsAfter(this.#lastEvent) ?? [])
      .map((one) => tellEvent(one, now));
    if (events.length === 0) return;
    this.#lastEvent = events.at(-1)!.number;
    this.#events = keepFairly([...this.#events, ...events]);
    this.#tell("events", JSON.stringify(keepFairly(events)));
  }

  async #tellCounts(): Promise<void> {
    const view = await this.#source?.view(true);
    const counts = readCounts(view?.nodes ?? []);
    const change = findCountChange(this.#counts, counts);
    this.#counts = counts;
    this.#tell("counts", JSON.stringify(change));
  }

  #tell(event: string, json: string): void {
    const text = sse(event, json);
    for (const viewer of this.#viewers) viewer.tell(text);
  }

  #snapshot(): string {
    const nodes = [...this.#nodes.values()].map(({ json }) => json);
    const { version, counts, events } = {
      version: JSON.stringify(VERSION),
      counts: JSON.stringify(this.#counts),
      events: JSON.stringify(this.#events),
    };
    return "retry: 1000\n" + sse(
      "snapshot",
      `{"version":${version},"nodes":[${nodes}],"counts":${counts},"events":${events}}`,
    );
  }
}

async function repeat(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const started = performance.now();
    // What cannot be read now is read at the next turn.
    await work().catch(() => {});
    const taken = performance.now() - started;
    await sleep(Math.max(ms - taken, REST * Math.min(taken, ms)), signal);
  }
}
