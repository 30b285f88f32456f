// The nodes that each LAN's frames for everyone go to: EVPN has named them for the LAN (type 3).
import { run } from "../../shared/process/exec.ts";
import type { Duty } from "../loop/duty.ts";
import { EVERYONE, parseChange } from "./entries.ts";
import type { FdbListener } from "./entry_keeper.ts";
import { listFdb } from "./list_fdb.ts";

/** Calls `take` with each line of `bridge fdb show`. */
export type ListEntries = (take: (line: string) => void) => Promise<void>;

/**
 * One for all who ask: to list all entries may take a minute. Where that fails, what was known
 * stays known, and is followed.
 */
export class FloodNodes implements Duty, FdbListener {
  readonly name = "list the nodes of LANs";
  readonly mayTakeLong = true;
  #known = new NodesByLan();
  /** What a listing has found so far. */
  #found: NodesByLan | undefined;
  /** Nobody has listened: the nodes are to be listed. */
  #isDeaf = true;

  constructor(private readonly list: ListEntries = (take) => listFdb(run, take)) {}

  /** By the name of a VXLAN device. A property, to be handed on. */
  readonly of = (vxlan: string): ReadonlySet<string> | undefined => this.#known.of(vxlan);

  hearEntry(line: string): void {
    this.#known.hear(line);
    this.#found?.hear(line);
  }

  missEntries(): void {
    this.#isDeaf = true;
  }

  async look(): Promise<void> {
    if (!this.#isDeaf) return;
    this.#isDeaf = false;
    const found = this.#found = new NodesByLan();
    try {
      await this.list((line) => found.hear(line));
      this.#known = found;
    } catch (error) {
      this.#isDeaf = true;
      throw error;
    } finally {
      this.#found = undefined;
    }
  }
}

class NodesByLan {
  /** By the names of VXLAN devices. */
  readonly #lans = new Map<string, Set<string>>();
  /** Each address once, and how many LANs have it: many LANs have the same nodes. */
  readonly #names = new Map<string, { readonly name: string; lans: number }>();

  of(vxlan: string): ReadonlySet<string> | undefined {
    return this.#lans.get(vxlan);
  }

  /** Hears a line of `bridge monitor fdb` or `bridge fdb show`. */
  hear(line: string): void {
    const at = line.startsWith("Deleted ") ? "Deleted ".length : 0;
    if (!line.startsWith(EVERYONE, at)) return;
    const change = parseChange(line);
    const vtep = change?.entry.dst;
    if (change === undefined || vtep === undefined) return;
    if (change.isDeleted) this.#delete(change.entry.ifname, vtep);
    else this.#add(change.entry.ifname, vtep);
  }

  #add(vxlan: string, vtep: string): void {
    const nodes = this.#lans.get(vxlan) ?? new Set();
    if (nodes.has(vtep)) return;
    const one = this.#names.get(vtep) ?? { name: vtep, lans: 0 };
    one.lans++;
    this.#names.set(one.name, one);
    this.#lans.set(vxlan, nodes.add(one.name));
  }

  #delete(vxlan: string, vtep: string): void {
    const nodes = this.#lans.get(vxlan);
    if (!nodes?.delete(vtep)) return;
    if (nodes.size === 0) this.#lans.delete(vxlan);
    const one = this.#names.get(vtep);
    if (one !== undefined && --one.lans === 0) this.#names.delete(vtep);
  }
}
