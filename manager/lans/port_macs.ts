// Has EVPN announce the MAC address of a pod's interface from ADD on, as long as its port is there.
import { converse } from "../../shared/process/exec.ts";
import { showLink } from "../../shared/iproute2/commands.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { isPortName } from "../../shared/lan/lan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { parseMac } from "../../shared/mac.ts";
import { changeEntries } from "../entries/change_entries.ts";
import type { Duty } from "../loop/duty.ts";
import { Soon } from "../loop/soon.ts";
import type { LanDevicesOnNode } from "./list_lans.ts";

/** Pods come together: those of so many ms are one work. */
const SOON_MS = 100;
const LIMIT_MS = 10_000;

/** What is asked of the kernel. */
export interface PortHost {
  /** The devices of these names that are there. */
  show(names: readonly string[]): Promise<readonly Link[]>;
  change(commands: readonly BridgeCommand[]): Promise<unknown>;
}

/**
 * Puts the address into the port's bridge as a static entry. zebra announces the entry, it does not
 * age, and a frame from elsewhere moves it, as it moves what was learnt.
 */
export class PortMacs implements Duty, AsyncDisposable {
  readonly name = "announce the MAC addresses of pods";
  /** Ports whose address is in their bridge: their indexes by name. */
  readonly #announced = new Map<string, number>();
  /** Ports that the monitor has named since the last work. */
  #made = new Set<string>();
  /** Ports that were there before anybody listened. */
  #found: readonly Link[] = [];
  readonly #soon = new Soon(() => this.#work(), SOON_MS);

  constructor(private readonly host: PortHost = systemPortHost) {}

  /** Hears a line of `ip -o monitor link`. */
  hearLink(line: string): void {
    const [, ifindex, name = ""] = /^(\d+): ([^:@\s]+)@.* master /.exec(line) ?? [];
    if (!isPortName(name) || this.#announced.get(name) === Number(ifindex)) return;
    this.#made.add(name);
    this.#soon.ask();
  }

  /** Is given the devices of all LANs whenever they have changed: a monitor may miss some. */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    const there = new Set(ports.map(({ ifname }) => ifname));
    for (const name of this.#announced.keys()) if (!there.has(name)) this.#announced.delete(name);
    this.#found = ports.filter((port) => this.#isNew(port) && !this.#made.has(port.ifname));
  }

  async look(): Promise<void> {
    if (this.#made.size > 0 || this.#found.length > 0) await this.#soon.now();
  }

  async #work(): Promise<void> {
    const [made, found] = [this.#made, this.#found];
    this.#made = new Set();
    this.#found = [];
    const shown = made.size === 0 ? [] : await this.host.show([...made]);
    const fresh = shown.filter((port) => this.#isNew(port));
    const commands = [
      // A new port is where its address is now.
      ...fresh.map((port) => bridge`fdb replace ${macOf(port)!} dev ${port.ifname} master static`),
      // The address of an old one may have moved: it stays where it is known to be.
      ...found.map((port) => bridge`fdb add ${macOf(port)!} dev ${port.ifname} master static`),
    ];
    if (commands.length === 0) return;
    await this.host.change(commands);
    for (const { ifname, ifindex } of [...fresh, ...found]) this.#announced.set(ifname, ifindex);
  }

  #isNew(port: Link): boolean {
    return port.master !== undefined && macOf(port) !== undefined &&
      this.#announced.get(port.ifname) !== port.ifindex;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#soon[Symbol.asyncDispose]();
  }
}

/** The address that the port's alias gives its pod's interface. */
function macOf({ alias }: Link): string | undefined {
  return parseMac(parseAlias(alias)?.owner?.mac ?? "");
}

const systemPortHost: PortHost = {
  async show(names) {
    const kernel = openKernel(converse, () => LIMIT_MS);
    try {
      return await kernel.show(LAN_NETNS, names.map(showLink));
    } finally {
      await kernel.close();
    }
  },
  change: (commands) => changeEntries(LAN_NETNS, commands),
};
