// Finds the forwarding entries that EVPN does not know, among hundreds of thousands in few bytes.
import { EVERYONE, type FdbEntry } from "./entries.ts";

/** How many entries a new table has room for; it grows. */
const ROOM = 64;
/** The low bits of an entry's number: 0 for the bridge's own entry, else the node, from 1 on. */
const NODE_BITS = 16n;
const MAX_NODES = 2 ** 16 - 1;

/**
 * First takes the kernel's entries, then what EVPN knows: what EVPN learns in between is then not
 * taken for stale. Entries of LANs that EVPN does not know are left alone.
 */
export class StaleFinder {
  readonly #lans = new Map<string, ReadonlySet<string>>();
  readonly #tables = new Map<string, EntryTable>();
  readonly #nodes = new Map<string, number>();
  readonly #floods: FdbEntry[] = [];

  /** Takes an entry of the kernel. */
  takeEntry(entry: FdbEntry): void {
    const { mac, ifname, dst } = entry;
    if (mac === EVERYONE) return void this.#floods.push(entry);
    const table = this.#tables.get(ifname) ?? new EntryTable();
    this.#tables.set(ifname, table);
    table.add(number(mac, dst === undefined ? 0 : this.#node(dst)));
  }

  /** Takes a LAN that EVPN knows, with the nodes that frames for everyone go to. */
  takeLan(vxlan: string, remoteVteps: readonly string[]): void {
    this.#lans.set(vxlan, new Set(remoteVteps));
  }

  /** Takes a MAC address that EVPN knows to be on another node. */
  takeKnown(vxlan: string, mac: string, vtep: string): void {
    const table = this.#tables.get(vxlan);
    if (table === undefined) return;
    table.mark(number(mac, 0));
    table.mark(number(mac, this.#node(vtep)));
  }

  /** At most so many that EVPN has not known. */
  stale(most: number): FdbEntry[] {
    const found = this.#floods.filter(({ ifname, dst }) =>
      this.#lans.get(ifname)?.has(dst ?? "") === false
    ).slice(0, most);
    const nodes = [...this.#nodes.keys()];
    for (const [ifname, table] of this.#tables) {
      if (!this.#lans.has(ifname)) continue;
      for (const entry of table.unmarked()) {
        if (found.length >= most) return found;
        const dst = nodes[Number(entry & ((1n << NODE_BITS) - 1n)) - 1];
        const mac = toMac(entry >> NODE_BITS);
        found.push(dst === undefined ? { mac, ifname } : { mac, ifname, dst });
      }
    }
    return found;
  }

  #node(vtep: string): number {
    const known = this.#nodes.get(vtep);
    if (known !== undefined) return known;
    if (this.#nodes.size >= MAX_NODES) {
      throw new Error(
        `Cannot compare the forwarding entries: they lead to over ${MAX_NODES} nodes`,
      );
    }
    this.#nodes.set(vtep, this.#nodes.size + 1);
    return this.#nodes.size;
  }
}

/** Numbers that are marked when they are met again: eight bytes and a bit each. */
class EntryTable {
  #numbers = new BigUint64Array(ROOM);
  #size = 0;
  #marks: Uint8Array | undefined;

  add(one: bigint): void {
    if (this.#size === this.#numbers.length) {
      const larger = new BigUint64Array(2 * this.#size);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#size++] = one;
    this.#marks = undefined;
  }

  mark(one: bigint): void {
    const marks = this.#sorted();
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#numbers[middle]! < one) low = middle + 1;
      else high = middle;
    }
    if (low < this.#size && this.#numbers[low] === one) marks[low] = 1;
  }

  *unmarked(): Generator<bigint> {
    const marks = this.#sorted();
    for (let at = 0; at < this.#size; at++) if (marks[at] === 0) yield this.#numbers[at]!;
  }

  #sorted(): Uint8Array {
    if (this.#marks === undefined) {
      this.#numbers.subarray(0, this.#size).sort();
      this.#marks = new Uint8Array(this.#size);
    }
    return this.#marks;
  }
}

function number(mac: string, node: number): bigint {
  return (BigInt(Number.parseInt(mac.replaceAll(":", ""), 16)) << NODE_BITS) | BigInt(node);
}

function toMac(number: bigint): string {
  return number.toString(16).padStart(12, "0").match(/../g)!.join(":");
}
