// Decides whom a reflector believes: a node is believed what is its own, and nothing else.
import { run } from "../../shared/process/exec.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import type { Settings } from "../settings.ts";
import { type Client, planClients } from "./clients.ts";
import type { FrrConfiguration } from "./configuration.ts";
import { findExcess, findForged } from "./judge.ts";
import { type CountedCaller, readAnnounced, readCallers } from "./read_callers.ts";
import { vtysh } from "./vtysh.ts";

/** So long (ms) a client is not believed after it has announced what is not its own. */
const REFUSED_MS = 300_000;
/** So long (ms) a client that is away keeps its place. */
const AWAY_MS = 600_000;
/** With more clients than this, one that is away loses its place at once. */
const MANY_CLIENTS = 2_000;
/** Announced routes are read for at most one part in so many of the time. */
const READING_SHARE = 3;

/** Follows the sessions of a reflector from look to look. */
export class Gatekeeper implements Duty {
  readonly name = "decide whom to believe";
  /** A new node's routes wait for the next look. */
  readonly isUnsettled = true;
  /** Peers that are not believed, and since when (ms). */
  readonly #refused = new Map<string, number>();
  /** How many updates of a peer were looked at. */
  readonly #judged = new Map<string, number>();
  /** When (ms) a client was seen last. */
  readonly #seen = new Map<string, number>();
  /** Peers that were told to be nobody. */
  #nobodies: ReadonlySet<string> = new Set();
  /** Until then (ms) no more routes are read. */
  #restUntil = -Infinity;

  constructor(
    private readonly settings: Pick<Settings, "nodeNetworks" | "maxRoutes">,
    private readonly configuration: FrrConfiguration,
    private readonly tell: Tell,
  ) {}

  async look({ at, sessions }: Observation): Promise<void> {
    const callers = await readCallers(run);
    if (callers === undefined) return;
    const before = await this.configuration.clients();
    const counts = new Map(sessions.map((one) => [one.peer, one.prefixesReceived]));
    for (const [peer, since] of this.#refused) {
      if (at - since >= REFUSED_MS) this.#refused.delete(peer);
    }
    for (const caller of callers) {
      const client = before.find(({ peer }) => peer === caller.peer);
      if (client === undefined) continue;
      const excess = findExcess(counts.get(caller.peer) ?? 0, this.settings.maxRoutes);
      const why = excess ?? await this.#findForged(caller, client);
      if (why !== undefined) this.#refuse(caller.peer, why, at);
    }
    await this.#change(before, callers, at);
  }

  async #findForged(caller: CountedCaller, { vtep }: Client): Promise<string | undefined> {
    const { peer, updates } = caller;
    const started = performance.now();
    if (this.#judged.get(peer) === updates || started < this.#restUntil) return undefined;
    const routes = await readAnnounced(run, peer);
    if (routes === undefined) return undefined;
    this.#judged.set(peer, updates);
    const ended = performance.now();
    this.#restUntil = ended + (ended - started) * READING_SHARE;
    return findForged(routes, vtep);
  }

  #refuse(peer: string, why: string, at: number): void {
    this.#refused.set(peer, at);
    this.tell({ kind: "peer-refused", peer, why });
  }

  async #change(
    before: readonly Client[],
    callers: readonly CountedCaller[],
    at: number,
  ): Promise<void> {
    for (const { peer } of callers) this.#seen.set(peer, at);
    for (const { peer } of before) if (!this.#seen.has(peer)) this.#seen.set(peer, at);
    const awayMs = before.length > MANY_CLIENTS ? 1 : AWAY_MS;
    const staying = before.filter(({ peer }) => at - (this.#seen.get(peer) ?? at) < awayMs);
    const refused = new Set(this.#refused.keys());
    const after = planClients(staying, callers, { refused, isStrict: this.#isStrict });
    this.#tellNobodies(
      callers.filter(({ peer }) => !refused.has(peer) && !after.some((one) => one.peer === peer)),
    );
    const known = new Set([...callers, ...after].map(({ peer }) => peer));
    for (const peer of this.#seen.keys()) {
      if (known.has(peer)) continue;
      this.#seen.delete(peer);
      this.#judged.delete(peer);
    }
    const [gone, come] = [without(before, after), without(after, before)];
    if (gone.length === 0 && come.length === 0) return;
    await this.configuration.believe(after);
    for (const { peer, vtep } of come) this.tell({ kind: "peer-believed", peer, vtep });
    // What a peer has announced stays until its session ends. It calls again, and is not believed.
    for (const { peer } of gone) {
      this.#judged.delete(peer);
      if (callers.some((one) => one.peer === peer)) await run(vtysh.clearSession(peer));
    }
  }

  #tellNobodies(callers: readonly CountedCaller[]): void {
    for (const { peer, routerId } of callers) {
      if (this.#nobodies.has(peer)) continue;
      const why = `it calls from there and says that it is ${routerId}`;
      this.tell({ kind: "peer-refused", peer, why });
    }
    this.#nobodies = new Set(callers.map(({ peer }) => peer));
  }

  /** Where the nodes' networks are known, a node calls from its own address. */
  get #isStrict(): boolean {
    return !this.settings.nodeNetworks.some((network) => network.endsWith("/0"));
  }
}

function without(clients: readonly Client[], others: readonly Client[]): Client[] {
  return clients.filter((one) =>
    !others.some(({ peer, vtep }) => peer === one.peer && vtep === one.vtep)
  );
}
