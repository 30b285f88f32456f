// The EVPN routes of a reflector: which nodes are on which LAN, and its number of MAC addresses.
import type { Run } from "../../shared/process/exec.ts";
import { runByLine } from "../../shared/process/lines.ts";
import { askFrr } from "./ask.ts";
import { vtysh } from "./vtysh.ts";

/** What a reflector knows of a LAN; it knows no name. */
export interface RoutedLan {
  readonly vni: number;
  /** Addresses of the nodes on it. */
  readonly vteps: readonly string[];
  /** How many MAC addresses are known on it. */
  readonly macs: number;
}

/**
 * The LANs that routes are about, in the order of their VNIs; none when bgpd is away. This reads
 * bgpd's table line by line: its JSON has six times the bytes and takes it five times as long.
 * @throws {Error} when bgpd does not answer in time, or says what this program cannot read
 */
export async function readRoutes(run: Run): Promise<RoutedLan[]> {
  const table = new RouteTable();
  const ask: Run = (command) => askFrr(run, command);
  const done = await runByLine(ask, vtysh.routes(), (line) => table.hear(line));
  return done.reason === "success" ? table.lans() : [];
}

/** The prefix of a route (RFC 7432, section 7) behind the route's state: its type, an address. */
const PREFIX = /^[^[\]]{0,8}\[(\d+)\]:(?:\[\d+\]:\[\d+\]:\[([^\]]*)\])?/;
/** The manager's nodes make their route targets of AS and VNI (RFC 8365, section 5.1.2.1). */
const TARGET = /^ .*?\bRT:\d+:(\d+)(?: |$)/;
/** The last line. A prefix of several paths may have been printed once, or once for each. */
const COUNT = /^(?:Displayed (\d+) prefixes \((\d+) paths\)|No EVPN prefixes exist)/;
const MAC_ROUTE = "2";
const MULTICAST_ROUTE = "3";

/** Hears bgpd's table of all routes: each prefix, and below it its communities. */
class RouteTable {
  readonly #lans = new Map<number, { readonly vteps: Set<string>; readonly macs: Set<string> }>();
  /** The route that is being read: its type, and the address in its prefix. */
  #route: readonly [type: string, address: string] | undefined;
  #count = 0;
  #isWhole = false;

  hear(line: string): void {
    const [prefix, type = "", address = ""] = PREFIX.exec(line) ?? [];
    if (prefix !== undefined) {
      this.#count++;
      this.#route = [type, address];
      return;
    }
    const [, vni] = TARGET.exec(line) ?? [];
    if (vni !== undefined) return this.#take(Number(vni));
    const [end, prefixes = "0", paths = "0"] = COUNT.exec(line) ?? [];
    if (end !== undefined) this.#isWhole = [prefixes, paths].includes(`${this.#count}`);
  }

  #take(vni: number): void {
    if (this.#route === undefined) return;
    const [type, address] = this.#route;
    const lan = this.#lans.get(vni) ?? { vteps: new Set(), macs: new Set() };
    this.#lans.set(vni, lan);
    if (type === MULTICAST_ROUTE) lan.vteps.add(address);
    if (type === MAC_ROUTE) lan.macs.add(address);
  }

  /** @throws {Error} where the table is not of the form that is known */
  lans(): RoutedLan[] {
    if (!this.#isWhole) {
      throw new Error("Cannot read bgpd's routes: their table is written in an unknown way");
    }
    const inOrder = [...this.#lans].toSorted(([one], [other]) => one - other);
    return inOrder.map(([vni, { vteps, macs }]) => ({
      vni,
      vteps: [...vteps].toSorted(compareAddresses),
      macs: macs.size,
    }));
  }
}

/** Numbers in addresses are compared as numbers. */
export function compareAddresses(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
