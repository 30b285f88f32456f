// Keeps a filter in the node's own namespace that lets VXLAN in from other nodes alone.
import { saysNotSupported } from "../../shared/iproute2/messages.ts";
import { parseAlias, VXLAN_PORT } from "../../shared/lan/alias.ts";
import type { FdbListener } from "../entries/entry_keeper.ts";
import { EVERYONE, parseChange } from "../entries/entries.ts";
import type { Tell } from "../events/event.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";
import { isUp } from "../loop/news.ts";
import type { Observation } from "../loop/observation.ts";
import { Soon } from "../loop/soon.ts";
import type { Settings } from "../settings.ts";
import {
  addVteps,
  type Dropped,
  type FilterFigures,
  planFilter,
  REMOVE_FILTER,
  type SeenFilter,
  UNTRACK,
} from "./filter.ts";
import type { FilterHost, NodeDevices } from "./filter_host.ts";

/** Time (ms) between two lists of all nodes, where routes change all the time. */
const LIST_AGAIN_MS = 5_000;
/** All nodes are listed at least so often (ms): some may have left. */
const LIST_LATEST_MS = 5 * 60_000;
/** How long (ms) a node that has left may still send: its frames pass as soon as it is back. */
const FORGET_MS = 15 * 60_000;

/** The node's devices are asked for again after so long (ms): they seldom change. */
const DEVICES_AGAIN_MS = 30_000;

/** What the filter is made of. */
export type FilterSettings = Pick<Settings, "vtepFilter" | "vxlanPort" | "underlay">;

/**
 * A node is known by the forwarding entries that EVPN writes, as soon as they are there, and by
 * bgpd's routes, also while no LAN here is shared with it. It is added at once and forgotten late.
 * But an entry leads to whatever address a route says, while bgpd names the next hop, which a
 * reflector has checked. So whom bgpd has never named is forgotten as soon as its entries are gone.
 */
export class VtepFilter implements Duty, FdbListener, AsyncDisposable {
  readonly name = "keep the VTEP filter";
  readonly mayTakeLong = true;
  /** When (ms) each node was heard of last. */
  readonly #nodes = new Map<string, number>();
  /** Those that bgpd has not named yet, and when (ms) an entry for each has come or gone last. */
  readonly #unnamed = new Map<string, number>();
  #isDeaf = true;
  /** Our table is there. */
  #isSet = false;
  /**
   * What nft says of the table when we have made it. An earlier manager's table may have been
   * changed, and another nft says it in other words, so a manager makes it anew at its start.
   */
  #form: string | undefined;
  /** What nft said when we had made it the last time: somebody may have changed it just then. */
  #lastForm: string | undefined;
  #isRemoved = false;
  /**
   * The table has what keeps VXLAN out of tracking: the node has tracked connections once. Where it
   * does not any more, that costs time alone.
   */
  #isTracking = false;
  /** `began` is when (ms) bgpd was asked, some time after the look had begun. */
  #listed:
    | { readonly at: number; readonly began: number; readonly received: string }
    | undefined;
  #findsRoutesEarly = false;
  /** UDP ports of the LANs that are here. */
  #udpPorts: readonly number[] = [];
  #devices:
    | { readonly at: number; readonly udpPorts: string; readonly found: NodeDevices }
    | undefined;
  readonly #news = new Set<string>();
  #dropped: Dropped | undefined;
  readonly #soon = new Soon(() => this.#letPass(), 0);

  /** @param vtep this node's own */
  constructor(
    private readonly settings: FilterSettings,
    private readonly vtep: string,
    private readonly tell: Tell,
    private readonly host: FilterHost,
  ) {}

  hearEntry(line: string): void {
    if (!line.includes(EVERYONE)) return;
    const { entry, isDeleted = false } = parseChange(line) ?? {};
    if (entry?.mac !== EVERYONE || entry.dst === undefined) return;
    const node = entry.dst;
    const now = performance.now();
    const isNew = !isDeleted && !this.#nodes.has(node);
    if (isNew || this.#unnamed.has(node)) this.#unnamed.set(node, now);
    if (isDeleted) return;
    if (isNew && this.#isSet) {
      this.#news.add(node);
      this.#soon.ask();
    }
    this.#nodes.set(node, now);
  }

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices({ bridges }: Pick<LanDevicesOnNode, "bridges">): void {
    this.#udpPorts = bridges.flatMap(({ alias }) => {
      const signed = parseAlias(alias);
      return signed === undefined ? [] : [signed.vxlanPort ?? VXLAN_PORT];
    });
  }

  missEntries(): void {
    this.#isDeaf = true;
  }

  async look(seen: Pick<Observation, "at" | "sessions">): Promise<void> {
    const isOff = this.settings.vtepFilter === "off";
    if (isOff) await this.#remove();
    try {
      // Without a filter, too: whoever gives the list refuses nodes that announce others.
      await this.#learn(seen);
    } finally {
      const isKnowing = this.#listed !== undefined || this.#nodes.size > 0;
      // Before EVPN has spoken no node is known, and a filter would drop them all.
      if (isKnowing && !isOff) await this.#set();
    }
  }

  async #letPass(): Promise<void> {
    const news = [...this.#news];
    this.#news.clear();
    // Where this fails, the next look compares all.
    if (news.length > 0) await this.host.apply(addVteps(news));
  }

  /** Finds out about nodes that nobody has told of. */
  async #learn({ at, sessions }: Pick<Observation, "at" | "sessions">): Promise<void> {
    if (this.#isDeaf) {
      this.#isDeaf = false;
      const nodes = await this.host.nodesOfKernel().catch((error) => {
        this.#isDeaf = true;
        throw error;
      });
      for (const node of nodes) {
        if (!this.#nodes.has(node)) this.#unnamed.set(node, at);
        this.#nodes.set(node, at);
      }
    }
    const up = sessions.filter(isUp);
    const received = up.map(({ peer, prefixesReceived }) => `${peer} ${prefixesReceived}`).join();
    if (up.length === 0 || !this.#isListDue(at, received)) return;
    const began = performance.now();
    const nodes = await this.host.nodesOfEvpn();
    if (nodes === undefined) return;
    for (const node of nodes) {
      this.#nodes.set(node, at);
      this.#unnamed.delete(node);
    }
    // Only who says which nodes are there can say which have left.
    for (const [node, last] of this.#nodes) if (at - last > FORGET_MS) this.#forget(node);
    await this.#forgetUnnamed(began);
    this.#listed = { at, began, received };
  }

  /** What has come since bgpd was asked may be a node that it did not have yet. */
  async #forgetUnnamed(began: number): Promise<void> {
    const isOld = (node: string) => (this.#unnamed.get(node) ?? began) < began;
    if (![...this.#unnamed.keys()].some(isOld)) return;
    // Those that frames still go to stay, and are asked about again when their entries go.
    const reached = new Set(await this.host.nodesOfKernel());
    for (const node of this.#unnamed.keys()) {
      if (isOld(node) && !reached.has(node)) this.#forget(node);
    }
  }

  #forget(node: string): void {
    this.#nodes.delete(node);
    this.#unnamed.delete(node);
  }

  #isListDue(at: number, received: string): boolean {
    if (this.#listed === undefined) return true;
    const { at: last, began, received: before } = this.#listed;
    const passed = at - last;
    if (passed >= LIST_LATEST_MS) return true;
    const isAsked = received !== before || [...this.#unnamed.values()].some((one) => one >= began);
    return passed >= LIST_AGAIN_MS && isAsked;
  }

  async #set(): Promise<void> {
    const udpPorts = [...new Set([this.settings.vxlanPort, ...this.#udpPorts])];
    const { underlays, others, takesAll } = await this.#findDevices(udpPorts);
    if (takesAll !== undefined) {
      throw new Error(`the node's device ${takesAll} takes all VNIs of its UDP port`);
    }
    const isTracking = this.#isTracking || await this.host.isTracking();
    const wanted = { udpPorts, underlays, others, isTracking };
    const plan = (seen: SeenFilter | undefined, findsRoutesEarly = this.#findsRoutesEarly) =>
      planFilter({ ...wanted, findsRoutesEarly, vteps: this.#vteps }, seen);
    let seen = await this.host.see();
    if (!this.#isSet) this.#adopt(seen);
    const isWrong = seen === undefined || seen.form !== this.#form;
    const hasBegun = isTracking !== this.#isTracking;
    if (isWrong || hasBegun) {
      if (isWrong) await this.#make((findsRoutesEarly) => plan(undefined, findsRoutesEarly));
      else await this.host.apply(UNTRACK);
      const isAgain = this.#isSet;
      this.#isSet = true;
      this.#isTracking = isTracking;
      seen = await this.host.see();
      // When two makings in a row give the same listing, that listing is what this nft prints of
      // our table.
      const isFirst = this.#form === undefined || hasBegun;
      if (isFirst || seen?.form === this.#lastForm) this.#form = seen?.form;
      this.#lastForm = seen?.form;
      // Whatever somebody does when the filter is told of is seen as a change.
      if (isWrong) this.tell({ kind: "vtep-filter-set", isAgain });
    }
    // Nodes that were heard of while the table was made anew may not be in it.
    const script = plan(seen);
    if (script !== "") await this.host.apply(script);
    this.#dropped = seen?.dropped;
  }

  /** A kernel that finds no routes where packets are judged says so, and changes nothing. */
  async #make(plan: (findsRoutesEarly: boolean) => string): Promise<void> {
    try {
      await this.host.apply(plan(this.#findsRoutesEarly));
    } catch (error) {
      if (this.#findsRoutesEarly || !saysNotSupported(String(error))) throw error;
      await this.host.apply(plan(true));
      this.#findsRoutesEarly = true;
    }
  }

  /** What an earlier manager has let pass is forgotten as late as anything else. */
  #adopt(seen: SeenFilter | undefined): void {
    for (const node of [...seen?.sets.vteps4 ?? [], ...seen?.sets.vteps6 ?? []]) {
      if (!this.#nodes.has(node)) this.#nodes.set(node, performance.now());
      this.#unnamed.delete(node);
    }
  }

  /** All nodes, this one included. */
  get #vteps(): string[] {
    return [...new Set([this.vtep, ...this.#nodes.keys()])];
  }

  /** What the last look has found; undefined where the filter was not there. */
  get figures(): FilterFigures | undefined {
    return this.#dropped && { nodes: this.#vteps.length, dropped: this.#dropped };
  }

  async #findDevices(udpPorts: readonly number[]): Promise<NodeDevices> {
    const now = performance.now();
    const known = this.#devices;
    if (known?.udpPorts === `${udpPorts}` && now - known.at < DEVICES_AGAIN_MS) return known.found;
    const isNamed = this.settings.underlay !== undefined;
    const found = await this.host.devices(this.vtep, udpPorts, isNamed);
    this.#devices = { at: now, udpPorts: `${udpPorts}`, found };
    return found;
  }

  async #remove(): Promise<void> {
    if (this.#isRemoved) return;
    if (await this.host.see() !== undefined) await this.host.apply(REMOVE_FILTER);
    this.#isRemoved = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#soon[Symbol.asyncDispose]();
  }
}
