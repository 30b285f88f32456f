// Decides whom a reflector believes: a node is believed what is its own, and nothing else.
import { type Run, run as runCommand } from "../../shared/process/exec.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import type { Settings } from "../settings.ts";
import { boundOf, readAnnounced } from "./announced.ts";
import { type Client, planClients, takeSome, without } from "./clients.ts";
import type { FrrConfiguration } from "./configuration.ts";
import { findExcess, findForged } from "./judge.ts";
import { planReadings, planRest, type Reading } from "./plan_readings.ts";
import type { Session } from "./query.ts";
import { type CountedCaller, readCallers } from "./read_callers.ts";
import { readLongMemory, readReceived } from "./read_weights.ts";
import { type RefusedPeer, tellRefused } from "./refused_file.ts";
import { vtysh } from "./vtysh.ts";
import { Weights } from "./weights.ts";

/** So long (ms) a client is not believed after it has announced what is not its own. */
const REFUSED_MS = 300_000;
/** So long (ms) a client that is away keeps its place. */
const AWAY_MS = 600_000;
/** With more clients than this, one that is away loses its place at once. */
const MANY_CLIENTS = 2_000;
/** So long (ms) a look begins to read somebody's routes. New nodes wait for the next look. */
const READING_MS = 500;
/** So many come or go at once: 200 took FRR 8.4.4 longer than vtysh has time (10 s). */
const MOST_AT_ONCE = 32;
/** So long (ms) a look begins to end sessions: each takes a start of vtysh. */
const ENDING_MS = 1_000;

/** Follows the sessions of a reflector from look to look. */
export class Gatekeeper implements Duty {
  readonly name = "decide whom to believe";
  /** A new node's routes wait for the next look. */
  readonly isUnsettled = true;
  /** Peers that are not believed, and since when (ms). */
  readonly #refused = new Map<string, { readonly at: number; readonly told: RefusedPeer }>();
  /** What was read of a peer. */
  readonly #readings = new Map<string, Reading>();
  /** When (ms) a client was seen last. */
  readonly #seen = new Map<string, number>();
  /** Peers that were told to be nobody. */
  #nobodies: ReadonlyMap<string, RefusedPeer> = new Map();
  readonly #weights = new Weights();
  /** Peers that are not believed any more, and whose sessions are to end for that. */
  readonly #ending = new Set<string>();

  constructor(
    private readonly settings: Pick<Settings, "nodeNetworks" | "maxRoutes">,
    private readonly configuration: Pick<FrrConfiguration, "clients" | "believe" | "apply">,
    private readonly tell: Tell,
    private readonly run: Run = runCommand,
  ) {}

  /** Who is refused at present, in the order of time. */
  get refused(): readonly RefusedPeer[] {
    const own = [...this.#refused.values()].map(({ told }) => told);
    return [...own, ...this.#nobodies.values()].toSorted((one, other) =>
      one.since < other.since ? -1 : Number(one.since > other.since)
    );
  }

  async look({ at, sessions }: Observation): Promise<void> {
    const callers = await readCallers(this.run);
    if (callers === undefined) return;
    for (const [peer, { at: since }] of this.#refused) {
      if (at - since >= REFUSED_MS) this.#refused.delete(peer);
    }
    const clients = await this.configuration.clients();
    this.#refuseExcess(clients, sessions, at);
    // Who is too heavy cannot be known then: that is told, and all others are judged.
    let failure: unknown;
    await this.#refuseHeaviest(at).catch((error) => failure = error);
    // Neither the end of such a session nor a new node waits until others' routes are read.
    const after = await this.#change(callers, at);
    const staying = after.filter((one) => clients.includes(one));
    const judged = await this.#judge(staying, callers, at);
    if (judged.isOneRefused) await this.#change(callers, at);
    failure ??= judged.failure;
    if (failure !== undefined) throw failure;
  }

  #refuseExcess(clients: readonly Client[], sessions: readonly Session[], at: number): void {
    const counts = new Map(sessions.map((one) => [one.peer, one.prefixesReceived]));
    for (const { peer } of clients) {
      const why = findExcess(counts.get(peer) ?? 0, this.settings.maxRoutes);
      if (why !== undefined) this.#refuse(peer, why, at);
    }
  }

  /**
   * A route has room for 64 kB of attributes that no table shows. Whoever is not believed can bring
   * messages likewise, which wait until FRR has read them.
   */
  async #refuseHeaviest(at: number): Promise<void> {
    const [memory, received] = await Promise.all([
      readLongMemory(this.run),
      readReceived(this.run),
    ]);
    const peer = this.#weights.weigh(memory, received, boundOf(this.settings.maxRoutes));
    if (peer === undefined) return;
    this.#refuse(peer, "what it announces takes too much memory", at);
    // FRR takes seconds to be told whom to refuse, and a second is 65 MB.
    await this.run(vtysh.clearSession(peer));
  }

  /** Reads what clients have announced, as far as there is time: one that fails stops no other. */
  async #judge(
    clients: readonly Client[],
    callers: readonly CountedCaller[],
    at: number,
  ): Promise<{ readonly isOneRefused: boolean; readonly failure: unknown }> {
    const started = performance.now();
    const vteps = new Map(clients.map(({ peer, vtep }) => [peer, vtep]));
    const believed = callers.filter(({ peer }) => vteps.has(peer));
    let isOneRefused = false;
    let failure: unknown;
    for (const caller of planReadings(believed, this.#readings, started)) {
      if (performance.now() - started >= READING_MS) break;
      const why = await this.#findForged(caller, vteps.get(caller.peer)!).catch((error) => {
        failure ??= error;
      });
      if (typeof why !== "string") continue;
      this.#refuse(caller.peer, why, at);
      isOneRefused = true;
    }
    return { isOneRefused, failure };
  }

  async #findForged(caller: CountedCaller, vtep: string): Promise<string | undefined> {
    const { peer } = caller;
    const started = performance.now();
    let counted: CountedCaller | undefined;
    try {
      const announced = await readAnnounced(this.run, peer, this.settings.maxRoutes);
      if (announced === undefined) return undefined;
      counted = caller;
      if (announced === "too long") return "what it announces is too long";
      return findForged(announced, vtep);
    } finally {
      // Who could not be read has had its turn, too: it keeps nobody from being judged.
      const endedAt = performance.now();
      const tookMs = endedAt - started;
      this.#readings.delete(peer);
      const restUntil = planRest({ endedAt, tookMs }, this.#readings.values());
      this.#readings.set(peer, { counted, endedAt, tookMs, restUntil });
    }
  }

  #refuse(peer: string, why: string, at: number): void {
    // Where many are, it may be a client still.
    if (this.#refused.has(peer)) return;
    this.#refused.set(peer, { at, told: tellRefused(this.tell, peer, why) });
  }

  /** Answers the clients that go on: others are nobody's to judge any more. */
  async #change(callers: readonly CountedCaller[], at: number): Promise<readonly Client[]> {
    const before = await this.configuration.clients();
    for (const { peer } of callers) this.#seen.set(peer, at);
    for (const { peer } of before) if (!this.#seen.has(peer)) this.#seen.set(peer, at);
    const awayMs = before.length > MANY_CLIENTS ? 1 : AWAY_MS;
    const away = before.filter(({ peer }) => at - (this.#seen.get(peer) ?? at) >= awayMs);
    const refused = new Set(this.#refused.keys());
    const isStrict = this.#isStrict;
    const leaving = refused.union(new Set(away.map(({ peer }) => peer)));
    const planned = planClients(before, callers, { refused: leaving, isStrict });
    this.#tellNobodies(
      callers.filter(({ peer }) => !refused.has(peer) && !planned.some((one) => one.peer === peer)),
    );
    const after = takeSome(before, planned, { refused, most: MOST_AT_ONCE });
    const known = new Set([...callers, ...after].map(({ peer }) => peer));
    for (const peer of this.#seen.keys()) {
      if (known.has(peer)) continue;
      this.#seen.delete(peer);
      this.#readings.delete(peer);
    }
    const [gone, come] = [without(before, after), without(after, before)];
    for (const { peer } of gone) {
      this.#readings.delete(peer);
      this.#ending.add(peer);
    }
    if (gone.length > 0 || come.length > 0) await this.configuration.believe(after);
    for (const { peer, vtep } of come) this.tell({ kind: "peer-believed", peer, vtep });
    if (this.#ending.size > 0) await this.#endSessions(callers);
    return planned.filter((one) => after.includes(one));
  }

  /**
   * What a peer has announced stays until its session ends. It calls again, and is not believed:
   * FRR has to know that before, and where FRR could not be told, the next look tells it.
   */
  async #endSessions(callers: readonly CountedCaller[]): Promise<void> {
    await this.configuration.apply();
    const started = performance.now();
    const present = new Set(callers.map(({ peer }) => peer));
    for (const peer of this.#ending) {
      if (performance.now() - started >= ENDING_MS) break;
      const hasEnded = !present.has(peer) ||
        (await this.run(vtysh.clearSession(peer))).reason === "success";
      if (hasEnded) this.#ending.delete(peer);
    }
  }

  #tellNobodies(callers: readonly CountedCaller[]): void {
    const before = this.#nobodies;
    this.#nobodies = new Map(callers.map(({ peer, routerId }) => [
      peer,
      before.get(peer) ??
        tellRefused(this.tell, peer, `it calls from there and says that it is ${routerId}`),
    ]));
  }

  /** Where the nodes' networks are known, a node calls from its own address. */
  get #isStrict(): boolean {
    return !this.settings.nodeNetworks.some((network) => network.endsWith("/0"));
  }
}
