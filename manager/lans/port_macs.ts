// Has EVPN announce the MAC address of a pod's interface from ADD on, as long as its port is there.
import { bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { isPortName } from "../../shared/lan/lan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { parseMac } from "../../shared/mac.ts";
import { changeEntries } from "../entries/change_entries.ts";
import type { Duty } from "../loop/duty.ts";
import { Soon } from "../loop/soon.ts";
import type { HeardLink } from "./heard_link.ts";
import type { LanDevicesOnNode } from "./list_lans.ts";

/** Pods come together: those of so many ms are one work. */
const SOON_MS = 100;

/** Runs commands in the LAN namespace. One that fails stops no other. */
export type ChangeEntries = (commands: readonly BridgeCommand[]) => Promise<unknown>;

/**
 * Puts the address into the port's bridge as a static entry. zebra announces the entry, it does not
 * age, and a frame from elsewhere moves it, as it moves what was learnt.
 */
export class PortMacs implements Duty, AsyncDisposable {
  readonly name = "announce the MAC addresses of pods";
  /** Ports whose address is in their bridge: their indexes by name. */
  readonly #announced = new Map<string, number>();
  /** Ports that were there before anybody listened, likewise; undefined before the first look. */
  #old: ReadonlyMap<string, number> | undefined;
  /** Ports whose address is to be put there, by their names. */
  readonly #waiting = new Map<string, HeardLink>();
  readonly #soon = new Soon(() => this.#work(), SOON_MS);

  constructor(
    private readonly change: ChangeEntries = (commands) => changeEntries(LAN_NETNS, commands),
  ) {}

  /** Hears of a device that is new or has changed. */
  hearLink(link: HeardLink): void {
    if (!isPortName(link.ifname) || !this.#isNew(link)) return;
    this.#waiting.set(link.ifname, link);
    this.#soon.ask();
  }

  /**
   * Is given the devices of all LANs whenever they have changed. A look may see a new port before
   * the monitor tells of it, and a monitor may miss some.
   */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    const there = new Set(ports.map(({ ifname }) => ifname));
    for (const name of this.#announced.keys()) if (!there.has(name)) this.#announced.delete(name);
    const unknown = ports.filter((one) => this.#isNew(one) && !this.#waiting.has(one.ifname));
    this.#old ??= new Map(unknown.map(({ ifname, ifindex }) => [ifname, ifindex]));
    for (const port of unknown) this.#waiting.set(port.ifname, port);
  }

  async look(): Promise<void> {
    if (this.#waiting.size > 0) await this.#soon.now();
  }

  async #work(): Promise<void> {
    const ports = [...this.#waiting.values()];
    this.#waiting.clear();
    if (ports.length === 0) return;
    await this.change(ports.map((port) => this.#announce(port)));
    for (const { ifname, ifindex } of ports) this.#announced.set(ifname, ifindex);
  }

  /**
   * A new port is where its address is now. The address of an old one may have moved: it stays
   * where it is known to be.
   */
  #announce(port: HeardLink): BridgeCommand {
    const [mac, dev] = [macOf(port)!, port.ifname];
    return this.#old?.get(dev) === port.ifindex
      ? bridge`fdb add ${mac} dev ${dev} master static`
      : bridge`fdb replace ${mac} dev ${dev} master static`;
  }

  #isNew(port: HeardLink): boolean {
    return port.master !== undefined && macOf(port) !== undefined &&
      this.#announced.get(port.ifname) !== port.ifindex;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#soon[Symbol.asyncDispose]();
  }
}

/** The address that the port's alias gives its pod's interface. */
function macOf({ alias }: HeardLink): string | undefined {
  return parseMac(parseAlias(alias)?.owner?.mac ?? "");
}
