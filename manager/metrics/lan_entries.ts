// How many MAC addresses and VTEPs each LAN has, counted from the kernel's forwarding entries.
import { bridgeOf } from "../../shared/lan/lan.ts";
import type { Run } from "../../shared/process/exec.ts";
import type { FdbListener } from "../entries/entry_keeper.ts";
import { EVERYONE, parseEntry } from "../entries/entries.ts";
import { listFdb } from "../entries/list_fdb.ts";

export interface LanEntries {
  /** MAC addresses behind the node's own ports. */
  readonly localMacs: number;
  /** MAC addresses on other nodes, as EVPN says. */
  readonly remoteMacs: number;
  /** Other nodes that frames for everyone go to. */
  readonly vteps: number;
}

/** Time (ms) between two counts, at least. */
const REST_MS = 5_000;
/** Counting takes at most one part in so many of the time. */
const SHARE = 300;

/**
 * Counts only when somebody asks and something has changed. To list all entries costs more than
 * all else of a scrape, so a scrape is answered with the last count, and has the next one made.
 */
export class EntryCounter implements FdbListener {
  #counts: ReadonlyMap<string, LanEntries> | undefined;
  #hasChanged = true;
  #counting: Promise<void> | undefined;
  #restUntil = -Infinity;

  constructor(private readonly run: Run) {}

  hearEntry(): void {
    this.#hasChanged = true;
  }

  missEntries(): void {
    this.#hasChanged = true;
  }

  /** By the names of bridges; waits only for the first count. Undefined where it has failed. */
  async counts(): Promise<ReadonlyMap<string, LanEntries> | undefined> {
    const isDue = this.#hasChanged && performance.now() >= this.#restUntil;
    if (isDue) this.#counting ??= this.#count().finally(() => this.#counting = undefined);
    if (this.#counts === undefined) await this.#counting;
    return this.#counts;
  }

  async #count(): Promise<void> {
    const started = performance.now();
    this.#hasChanged = false;
    try {
      this.#counts = await countEntries(this.run);
    } catch {
      // Such as no LAN namespace. The figures are missing then, and the next scrape tries again.
      this.#counts = undefined;
      this.#hasChanged = true;
    }
    const ended = performance.now();
    this.#restUntil = ended + Math.max(REST_MS, SHARE * (ended - started));
  }
}

/** Of a bridge: what a port has shown, and what was made "static" for a port's pod. */
const LOCAL = /\bmaster (\S+)/;
/**
 * Devices' own addresses are permanent, and those of other nodes are learnt from zebra. What stands
 * for VLAN 1 is there a second time, on kernels whose bridges know VLANs.
 */
const OTHER = / (self|permanent|extern_learn|vlan)( |$)/;

async function countEntries(run: Run): Promise<Map<string, LanEntries>> {
  const counts = new Map<string, { -readonly [K in keyof LanEntries]: number }>();
  const of = (name: string) => {
    const known = counts.get(name) ?? { localMacs: 0, remoteMacs: 0, vteps: 0 };
    counts.set(name, known);
    return known;
  };
  await listFdb(run, (line) => {
    const [, bridge] = LOCAL.exec(line) ?? [];
    if (bridge !== undefined && !OTHER.test(line)) return void of(bridge).localMacs++;
    const entry = parseEntry(line);
    // An entry without an address is the bridge's copy of one with it.
    if (entry?.dst === undefined) return;
    const lan = of(bridgeOf(entry.ifname));
    if (entry.mac === EVERYONE) lan.vteps++;
    else lan.remoteMacs++;
  });
  return counts;
}
