// Has EVPN announce the MAC address of a pod's interface from ADD on, for as long as it is up.
import { bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { isPortName } from "../../shared/lan/lan.ts";
import { parseMac } from "../../shared/mac.ts";
import type { Duty } from "../loop/duty.ts";
import { Soon } from "../loop/soon.ts";
import { readPorts } from "../moves/places.ts";
import { Tables } from "../moves/tables.ts";
import type { HeardLink } from "./heard_link.ts";
import type { LanDevicesOnNode } from "./list_lans.ts";

/** Pods come together: those of so many ms are one work. */
const SOON_MS = 100;

/** A `bridge` for one work, so that little time lies between what it says and what is changed. */
export type OpenTables = () => Pick<Tables, "ask" | "apply"> & AsyncDisposable;

/**
 * Puts the address into the port's bridge as a static entry. zebra announces the entry, it does not
 * age, and a frame from elsewhere moves it, as it moves what was learnt. A device that sets its
 * interface down takes the entry away, as the kernel takes away what was learnt there.
 */
export class PortMacs implements Duty, AsyncDisposable {
  readonly name = "announce the MAC addresses of pods";
  /** Ports whose address is in their bridge: their indexes by name. */
  readonly #announced = new Map<string, number>();
  /** Ports whose address may have moved to another port since it was here, likewise. */
  readonly #old = new Map<string, number>();
  /** Ports whose address is to be put there or taken away, by their names. */
  readonly #waiting = new Map<string, HeardLink>();
  readonly #soon = new Soon(() => this.#work(), SOON_MS);
  #hasLooked = false;

  constructor(private readonly open: OpenTables = () => new Tables()) {}

  /** Hears of a device that is new or has changed. */
  hearLink(link: HeardLink): void {
    if (!isPort(link)) return;
    // An interface that is up again at once has lost nothing.
    if (!this.#isDue(link)) this.#waiting.delete(link.ifname);
    else {
      this.#waiting.set(link.ifname, link);
      this.#soon.ask();
    }
  }

  /**
   * Is given the devices of all LANs whenever they have changed. A look may see a new port before
   * the monitor tells of it, and a monitor may miss some.
   */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    const there = new Set(ports.map(({ ifname }) => ifname));
    for (const known of [this.#announced, this.#old]) {
      for (const name of known.keys()) if (!there.has(name)) known.delete(name);
    }
    const own = ports.filter(isPort);
    if (!this.#hasLooked) this.#takeOld(own.filter(({ ifname }) => !this.#waiting.has(ifname)));
    this.#hasLooked = true;
    for (const port of own) {
      if (this.#isDue(port) && !this.#waiting.has(port.ifname)) {
        this.#waiting.set(port.ifname, port);
      }
    }
  }

  /** Ports that were there before anybody listened: an earlier manager has announced them. */
  #takeOld(ports: readonly HeardLink[]): void {
    for (const { ifname, ifindex, carrier } of ports) {
      this.#old.set(ifname, ifindex);
      if (carrier !== true) this.#announced.set(ifname, ifindex);
    }
  }

  async look(): Promise<void> {
    if (this.#waiting.size > 0) await this.#soon.now();
  }

  async #work(): Promise<void> {
    const ports = [...this.#waiting.values()];
    if (ports.length === 0) return;
    await using tables = this.open();
    const atHome = await this.#findAtHome(tables, ports);
    await tables.apply(ports.map((port) => this.#plan(port, atHome)));
    for (const port of ports) {
      const { ifname, ifindex, carrier } = port;
      // What was heard meanwhile is for the next work.
      if (this.#waiting.get(ifname) === port) this.#waiting.delete(ifname);
      if (carrier === true) this.#announced.set(ifname, ifindex);
      else {
        this.#announced.delete(ifname);
        this.#old.set(ifname, ifindex);
      }
    }
  }

  /** Old ports whose address is known to be there: it was learnt before it could be announced. */
  async #findAtHome(
    tables: Pick<Tables, "ask">,
    ports: readonly HeardLink[],
  ): Promise<ReadonlySet<string>> {
    const old = ports.filter((port) => port.carrier === true && this.#isOld(port));
    if (old.length === 0) return new Set();
    const macs = old.map((port) => ({ mac: macOf(port)!, bridge: port.master! }));
    const known = await readPorts(tables, macs);
    const names = old.map(({ ifname }) => ifname);
    return new Set(names.filter((name, at) => known[at] === name));
  }

  /**
   * A new port is where its address is now. The address of an old one may have moved: it stays
   * where it is known to be.
   */
  #plan(port: HeardLink, atHome: ReadonlySet<string>): BridgeCommand {
    const [mac, dev] = [macOf(port)!, port.ifname];
    if (port.carrier !== true) return bridge`fdb del ${mac} dev ${dev} master`;
    return this.#isOld(port) && !atHome.has(dev)
      ? bridge`fdb add ${mac} dev ${dev} master static`
      : bridge`fdb replace ${mac} dev ${dev} master static`;
  }

  #isOld({ ifname, ifindex }: HeardLink): boolean {
    return this.#old.get(ifname) === ifindex;
  }

  #isDue({ ifname, ifindex, carrier }: HeardLink): boolean {
    return (carrier === true) !== (this.#announced.get(ifname) === ifindex);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#soon[Symbol.asyncDispose]();
  }
}

/** Whether a device is a port of a LAN that says its address. */
function isPort(link: HeardLink): boolean {
  return isPortName(link.ifname) && link.master !== undefined && macOf(link) !== undefined;
}

/** The address that the port's alias gives its pod's interface. */
function macOf({ alias }: HeardLink): string | undefined {
  return parseMac(parseAlias(alias)?.owner?.mac ?? "");
}
