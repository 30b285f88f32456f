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
  /** Ports that are new since the last work, by their names. */
  #made = new Map<string, HeardLink>();
  /** Ports that were there before anybody listened. */
  #found: readonly HeardLink[] = [];
  #hasLooked = false;
  readonly #soon = new Soon(() => this.#work(), SOON_MS);

  constructor(
    private readonly change: ChangeEntries = (commands) => changeEntries(LAN_NETNS, commands),
  ) {}

  /** Hears of a device that is new or has changed. */
  hearLink(link: HeardLink): void {
    if (!isPortName(link.ifname) || !this.#isNew(link)) return;
    this.#made.set(link.ifname, link);
    this.#soon.ask();
  }

  /**
   * Is given the devices of all LANs whenever they have changed. A look may see a new port before
   * the monitor tells of it, and a monitor may miss some.
   */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    const there = new Set(ports.map(({ ifname }) => ifname));
    for (const name of this.#announced.keys()) if (!there.has(name)) this.#announced.delete(name);
    const unknown = ports.filter((port) => this.#isNew(port) && !this.#made.has(port.ifname));
    if (this.#hasLooked) { for (const port of unknown) this.#made.set(port.ifname, port); }
    else this.#found = unknown;
    this.#hasLooked = true;
  }

  async look(): Promise<void> {
    if (this.#made.size > 0 || this.#found.length > 0) await this.#soon.now();
  }

  async #work(): Promise<void> {
    const [made, found] = [[...this.#made.values()], this.#found];
    this.#made.clear();
    this.#found = [];
    const commands = [
      // A new port is where its address is now.
      ...made.map((port) => bridge`fdb replace ${macOf(port)!} dev ${port.ifname} master static`),
      // The address of an old one may have moved: it stays where it is known to be.
      ...found.map((port) => bridge`fdb add ${macOf(port)!} dev ${port.ifname} master static`),
    ];
    if (commands.length === 0) return;
    await this.change(commands);
    for (const { ifname, ifindex } of [...made, ...found]) this.#announced.set(ifname, ifindex);
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
