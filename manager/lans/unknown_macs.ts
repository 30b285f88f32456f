// Has EVPN announce pods' own MAC addresses again that zebra has forgotten.
import { run } from "../../shared/process/exec.ts";
import { bridge } from "../../shared/iproute2/words.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { isPortName } from "../../shared/lan/lan.ts";
import { parseMac } from "../../shared/mac.ts";
import { type MacPlace, readMacPlaces } from "../frr/macs.ts";
import type { Duty } from "../loop/duty.ts";
import { readPorts } from "../moves/places.ts";
import { Tables } from "../moves/tables.ts";
import type { LanDevicesOnNode } from "./list_lans.ts";
import type { OpenTables } from "./port_macs.ts";

/** zebra is asked so often (ms), and for so small a part of the time where that takes long. */
const [ASK_MS, SHARE] = [20_000, 50];

/** The address that ADD gave a pod's interface. */
interface OwnMac {
  readonly vni: number;
  readonly mac: string;
  readonly port: string;
  readonly bridge: string;
}

/** Asks zebra where addresses are, as {@link readMacPlaces} does. */
export type AskZebra = (macs: readonly OwnMac[]) => Promise<readonly MacPlace[] | undefined>;

/**
 * zebra hears of an address when the kernel's entry changes. Somebody who announces the address
 * otherwise than nodes do, and then does not, can have zebra forget it while the entry stays as it
 * is. A pod that goes on to talk changes no entry, so its address would stay unknown, and frames to
 * it would be flooded on all nodes.
 */
export class UnknownMacs implements Duty {
  readonly name = "announce again the MAC addresses of pods";
  readonly mayTakeLong = true;
  #own: readonly OwnMac[] = [];
  #nextAt = -Infinity;

  constructor(
    private readonly ask: AskZebra = (macs) => readMacPlaces(run, macs),
    private readonly open: OpenTables = () => new Tables(),
    private readonly now = () => performance.now(),
  ) {}

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    this.#own = ports.flatMap(({ ifname, master, alias, carrier }) => {
      const { lan, owner } = parseAlias(alias) ?? {};
      const mac = parseMac(owner?.mac ?? "");
      const isUp = isPortName(ifname) && master !== undefined && carrier === true;
      if (!isUp || lan === undefined || mac === undefined) return [];
      return [{ vni: lan.vni, mac, port: ifname, bridge: master }];
    });
  }

  async look(): Promise<void> {
    const started = this.now();
    if (started < this.#nextAt) return;
    try {
      await this.#announceUnknown();
    } finally {
      const ended = this.now();
      this.#nextAt = ended + Math.max(ASK_MS, SHARE * (ended - started));
    }
  }

  async #announceUnknown(): Promise<void> {
    const own = this.#own;
    if (own.length === 0) return;
    const places = await this.ask(own);
    // zebra is away: it reads the kernel's entries when it starts.
    if (places === undefined) return;
    const unknown = own.filter((_, at) => places[at] === undefined);
    if (unknown.length === 0) return;
    await using tables = this.open();
    const known = await readPorts(tables, unknown);
    const atHome = unknown.filter(({ port }, at) => known[at] === port);
    // An entry that is written as it was is no change. Frames are flooded for a moment.
    await tables.apply(atHome.flatMap(({ mac, port }) => [
      bridge`fdb del ${mac} dev ${port} master`,
      bridge`fdb replace ${mac} dev ${port} master static`,
    ]));
  }
}
