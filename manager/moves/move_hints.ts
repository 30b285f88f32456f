// Hints of moves on a worker: moves to it are told at once, and others' are followed for a while.
import { parseAlias } from "../../shared/lan/alias.ts";
import { isSameLan, lanDevices } from "../../shared/lan/lan.ts";
import { parseMac } from "../../shared/mac.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import type { FdbListener } from "../entries/entry_keeper.ts";
import type { FloodNodes } from "../entries/flood_nodes.ts";
import { hasSpoken, readSpoken } from "../entries/decide.ts";
import type { Tell } from "../events/event.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import type { Move } from "../uplink/messages.ts";
import { FateCounts } from "./fates.ts";
import { MoveFollower } from "./move_follower.ts";
import { MoveTeller, type SayMoves } from "./move_teller.ts";
import { keyOf, type LanTables, parseArrival } from "./places.ts";
import { Sequences } from "./sequences.ts";
import { Tables } from "./tables.ts";

/**
 * bgpd holds each route for 50 ms, on the worker and again on the reflector. A hint goes over the
 * uplink and does not wait. It only comes earlier than EVPN: without it all is the same, but later.
 */
export class MoveHints implements Duty, FdbListener, AsyncDisposable {
  readonly name = "follow moves of MAC addresses";
  #byBridge: ReadonlyMap<string, LanTables> = new Map();
  #byVni: ReadonlyMap<number, LanTables> = new Map();
  /** The address that ADD gave each port, by the port's name. */
  #own: ReadonlyMap<string, string> = new Map();
  readonly #fates = new FateCounts();
  /** What has failed since the last look. */
  #failure: unknown;
  readonly #fail = (error: unknown) => this.#failure = error;
  readonly #tables = new Tables();
  readonly #sequences = new Sequences();
  readonly #teller = new MoveTeller(this.#tables, this.#sequences, this.#fates.count, this.#fail);
  readonly #follower: MoveFollower = new MoveFollower(
    this.#tables,
    this.#sequences,
    (vxlan) => this.floods.of(vxlan),
    (port, mac) => this.#own.get(port) === mac,
    this.#fates.count,
    this.#fail,
    () => this.ring(),
  );

  /**
   * @param ring asks for a look
   * @param floods who hears of an entry before this one does
   */
  constructor(
    private readonly tell: Tell,
    private readonly ring: () => void,
    private readonly floods: Pick<FloodNodes, "of">,
  ) {}

  hearEntry(line: string): void {
    const arrival = parseArrival(line);
    const lan = arrival && this.#byBridge.get(arrival.bridge);
    if (arrival === undefined || lan === undefined || arrival.port === lan.vxlan) return;
    const one = { ...lan, mac: arrival.mac };
    this.#follower.hearArrival(one, arrival.port);
    const sequence = this.#sequences.arrive(keyOf(one));
    if (sequence !== undefined) this.#teller.hearArrival(one, sequence);
  }

  /** A move that nobody has heard is told by EVPN alone. */
  missEntries(): void {}

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices({ bridges, ports }: Pick<LanDevicesOnNode, "bridges" | "ports">): void {
    void this.#tables.forget();
    this.#own = new Map(ports.flatMap(({ ifname, alias }) => {
      const mac = parseMac(parseAlias(alias)?.owner?.mac ?? "");
      return mac === undefined ? [] : [[ifname, mac] as const];
    }));
    const lans = bridges.flatMap(({ alias, ifname }): LanTables[] => {
      const lan = parseAlias(alias)?.lan;
      if (lan === undefined || isSameLan(lan, NODES_LAN)) return [];
      return [{ vni: lan.vni, bridge: ifname, vxlan: lanDevices(lan).vxlan }];
    });
    this.#byBridge = new Map(lans.map((lan) => [lan.bridge, lan]));
    this.#byVni = new Map(lans.map((lan) => [lan.vni, lan]));
  }

  /** Calls `say` with moves to this node from now on, until the answer is disposed. */
  follow(say: SayMoves): Disposable {
    return this.#teller.follow(say);
  }

  /** Hears from a reflector that addresses are behind a node now. */
  hear(vtep: string, moves: readonly Move[]): void {
    for (const { vni, mac, sequence = 0 } of moves) {
      const lan = this.#byVni.get(vni);
      if (lan === undefined) this.#fates.count("refused", 1);
      else this.#follower.hear({ ...lan, mac, vtep, sequence });
    }
  }

  async look(seen: Pick<Observation, "at" | "sessions">): Promise<void> {
    if (hasSpoken(readSpoken(seen))) await this.#follower.settle();
    for (const [fate, count] of this.#fates.take()) this.tell({ kind: "move-hints", fate, count });
    if (this.#byVni.size > 0) await this.#tables.renew();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#teller[Symbol.asyncDispose]();
    await this.#follower[Symbol.asyncDispose]();
    await this.#tables[Symbol.asyncDispose]();
  }
}
