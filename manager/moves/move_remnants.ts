// Removes what a move leaves behind: a VXLAN device's entry for an address that nobody has.
import { run } from "../../shared/process/exec.ts";
import { bridgeOf, vxlanOf } from "../../shared/lan/lan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { addEntry, deleteEntry, EVERYONE, parsePortEntry } from "../entries/entries.ts";
import type { FdbListener } from "../entries/entry_keeper.ts";
import { listFdbOf } from "../entries/list_fdb.ts";
import { Soon } from "../loop/soon.ts";
import { keyOf, type MacTables, readPlaces } from "./places.ts";
import { Tables } from "./tables.ts";

/** Addresses go together, when a pod ends or its interface goes down: those of so many ms. */
const SOON_MS = 5_000;
/** More wait for the next work, or for the sweep. */
const [MOST_WAITING, MOST_LANS] = [20_000, 1_000];
/** So many are asked about, and removed, before the next ones. */
const AT_ONCE = 128;
/** Lists are at most so small a part of the time. */
const SHARE = 4;

/** What is asked of the world. */
export interface RemnantHost {
  /** A `bridge` for one work. */
  open(): Pick<Tables, "ask" | "apply"> & AsyncDisposable;
  /** Calls `take` with each line of `bridge fdb show` about these bridges. */
  list(bridges: readonly string[], take: (line: string) => void): Promise<void>;
}

const systemHost: RemnantHost = {
  open: () => new Tables(),
  list: (bridges, take) => listFdbOf(run, LAN_NETNS, bridges, take),
};

/** An entry of a VXLAN device whose bridge knows no such address. */
interface Remnant extends MacTables {
  readonly vtep: string;
}

/**
 * When an address comes from another node to a port of this one, the bridge's entry moves there.
 * zebra leaves the VXLAN device's own entry as it is, also when the address goes from the port. The
 * sweep finds such entries, but it compares all of a LAN with EVPN, twice, and the more there are
 * the longer it takes: a user with a pod on each of two nodes made 1,000 a second, and sweeps
 * removed fewer.
 *
 * Where very many addresses go at once, the monitor misses some. Then their LANs are listed.
 */
export class MoveRemnants implements FdbListener, AsyncDisposable {
  /** Addresses that have gone from a port. */
  readonly #waiting = new Map<string, MacTables>();
  /** Bridges that addresses have gone from since changes were missed the last time. */
  readonly #heard = new Set<string>();
  /** Bridges that are to be listed. */
  readonly #missed = new Set<string>();
  #listNotBefore = -Infinity;
  readonly #soon: Soon;

  constructor(private readonly host: RemnantHost = systemHost, soonMs = SOON_MS) {
    this.#soon = new Soon(() => this.#work(), soonMs);
  }

  hearEntry(line: string): void {
    const entry = parsePortEntry(line);
    if (entry === undefined || !entry.isDeleted) return;
    const { mac, bridge, port } = entry;
    const vxlan = vxlanOf(bridge);
    if (port === vxlan) return;
    if (this.#heard.size < MOST_LANS) this.#heard.add(bridge);
    this.#wait({ mac, bridge, vxlan });
    this.#soon.ask();
  }

  missEntries(): void {
    for (const bridge of this.#heard) this.#missed.add(bridge);
    this.#heard.clear();
    if (this.#missed.size > 0) this.#soon.ask();
  }

  #wait(one: MacTables): void {
    if (this.#waiting.size < MOST_WAITING) this.#waiting.set(keyOf(one), one);
  }

  async #work(): Promise<void> {
    if (this.#missed.size > 0) await this.#list();
    const gone = [...this.#waiting.values()];
    this.#waiting.clear();
    await using tables = this.host.open();
    for (let at = 0; at < gone.length; at += AT_ONCE) {
      await this.#remove(tables, gone.slice(at, at + AT_ONCE));
    }
  }

  /** Has the addresses wait that only the VXLAN devices of these LANs know. */
  async #list(): Promise<void> {
    const started = performance.now();
    if (started < this.#listNotBefore) return this.#soon.ask();
    const bridges = [...this.#missed];
    this.#missed.clear();
    const found = new Map<string, MacTables>();
    const known = new Set<string>();
    await this.host.list(bridges, (line) => {
      const [, mac, device, bridge] = ENTRY.exec(line) ?? [];
      if (mac === undefined || device === undefined || mac === EVERYONE) return;
      if (bridge !== undefined) known.add(keyOf({ mac, bridge, vxlan: vxlanOf(bridge) }));
      else if (/ dst .* self( |$)/.test(line)) {
        const one = { mac, bridge: bridgeOf(device), vxlan: device };
        found.set(keyOf(one), one);
      }
    }).finally(() => {
      const now = performance.now();
      this.#listNotBefore = now + SHARE * (now - started);
    });
    for (const [key, one] of found) if (!known.has(key)) this.#wait(one);
    if (this.#waiting.size < MOST_WAITING) return;
    // There may be more.
    for (const bridge of bridges) this.#missed.add(bridge);
    this.#soon.ask();
  }

  async #remove(
    tables: Pick<Tables, "ask" | "apply">,
    gone: readonly MacTables[],
  ): Promise<void> {
    const places = await readPlaces(tables, gone);
    const remnants = gone.flatMap((one, at): Remnant[] => {
      const { port, vtep } = places[at]!;
      // zebra writes the bridge's entry together with the VXLAN device's.
      return port === undefined && vtep !== undefined ? [{ ...one, vtep }] : [];
    });
    if (remnants.length === 0) return;
    const entryOf = ({ mac, vxlan, vtep }: Remnant) => ({ mac, ifname: vxlan, dst: vtep });
    await tables.apply(remnants.map((one) => deleteEntry(entryOf(one))));
    // zebra may have written both again between the question and the deletion.
    const now = await readPlaces(tables, remnants);
    const lost = remnants.filter(({ vxlan }, at) =>
      now[at]!.port === vxlan && now[at]!.vtep === undefined
    );
    await tables.apply(lost.map((one) => addEntry(entryOf(one))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#soon[Symbol.asyncDispose]();
  }
}

const ENTRY = /^((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) dev (\S+)(?:.* master (\S+))?/;
