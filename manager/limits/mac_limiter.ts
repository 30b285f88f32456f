// Limits the MAC addresses that a LAN learns on this node, and says which device has used them up.
import { type Alias, parseAlias, renderAlias } from "../../shared/lan/alias.ts";
import { type Lan, lanDevices } from "../../shared/lan/lan.ts";
import type { FdbListener } from "../entries/entry_keeper.ts";
import type { Tell } from "../events/event.ts";
import type { HeardLink } from "../lans/heard_link.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";
import { Soon } from "../loop/soon.ts";
import type { Settings } from "../settings.ts";
import { decideMacs } from "./decide_macs.ts";
import { lowerLimit } from "./lan_limits.ts";
import { busiest, parseLearnt, type PortCounts, total } from "./learnt.ts";
import { nameDevice } from "../lans/name_device.ts";
import { type MacHost, SystemMacHost } from "./mac_host.ts";
import { firstShare, growShare } from "./share_macs.ts";

/** A new bridge has its limit so soon (ms) after it was made: before its first pod has started. */
const SOON_MS = 250;
/** A LAN that is full is counted again after so long (ms), to see whether it has aged. */
const AGAIN_MS = 15_000;

/** What is heard is not exact: from so much of its share on a LAN is counted. */
const NEARLY = 0.9;
/** Time (ms) between two counts of a LAN that changes all the time. */
const SOONEST_MS = 1_000;

interface LimitedLan {
  readonly lan: Lan;
  readonly ifindex: number;
  /** So many it may learn at most. */
  readonly limit: number;
  /** So many it may learn now, because the node's other LANs learn, too. */
  share: number;
  /** Its bridge keeps the share by itself. */
  isByKernel: boolean;
  /** About so many MAC addresses are learnt: moves and changes count as new ones. */
  about: number;
  isFull: boolean;
  countedAt: number;
  readonly silenced: Map<string, Alias>;
}

/**
 * All LANs together have a limit, too: reflectors believe no node that announces very many. So each
 * LAN has a share, which grows up to the LAN's own limit as long as the node has some left.
 *
 * The kernel keeps the share where it can (Linux 6.7). Elsewhere a port that exceeds it stops to
 * learn until what it has learnt has aged. A look costs nothing where nothing is learnt.
 */
export class MacLimiter implements Duty, FdbListener, AsyncDisposable {
  readonly name = "limit the MAC addresses of LANs";
  readonly mayTakeLong = true;
  /** By the names of their bridges. */
  readonly #lans = new Map<string, LimitedLan>();
  /** Bridges that were heard of since all were listed. */
  readonly #heard = new Set<string>();
  /** LANs that may be full. */
  readonly #suspects = new Set<string>();
  /** Nobody has listened: everything is to be counted. */
  #isDeaf = true;
  /** Linux before 6.7: nothing is asked of it again. */
  #isRefused = false;
  /** It could not be asked the last time. */
  #hasFailed = false;
  /** Apart: many LANs that are counted again and again keep no new bridge without its limit. */
  readonly #limiting = new Soon(() => this.#limitBridges(), SOON_MS);
  readonly #counting = new Soon(() => this.#count(), SOON_MS);

  /** @param limits what each LAN may learn here, and all of them; 0 is no limit */
  constructor(
    private readonly limits: Pick<Settings, "maxMacs" | "maxNodeMacs">,
    private readonly tell: Tell,
    private readonly host: MacHost = new SystemMacHost(),
  ) {}

  /** Whether ports stop to learn when a LAN has learnt its share: a moment too late. */
  get isByPort(): boolean {
    return this.#isRefused || this.#hasFailed;
  }

  /** Hears of a device that is new or has changed. */
  hearLink(link: HeardLink): void {
    if (!link.ifname.startsWith("kt-") || !this.#keep(link)) return;
    this.#heard.add(link.ifname);
    this.#limiting.ask();
  }

  /** Is given the devices of all LANs whenever they have changed: a monitor may miss some. */
  takeDevices({ bridges }: Pick<LanDevicesOnNode, "bridges">): void {
    const there = new Set(bridges.map(({ ifname }) => ifname));
    for (const name of this.#lans.keys()) {
      // What was heard since the list before may be younger than this one.
      if (!there.has(name) && !this.#heard.has(name)) this.#forget(name);
    }
    this.#heard.clear();
    for (const bridge of bridges) this.#keep(bridge);
  }

  /** Whether it is a bridge that was not known. */
  #keep(link: HeardLink): boolean {
    if (this.#lans.get(link.ifname)?.ifindex === link.ifindex) return false;
    const lan = this.#describe(link);
    if (lan === undefined) return false;
    this.#forget(link.ifname);
    this.#lans.set(link.ifname, lan);
    return true;
  }

  /** A bridge that is gone meets no limit any more. */
  #forget(bridge: string): void {
    const gone = this.#lans.get(bridge);
    this.#lans.delete(bridge);
    if (gone?.isFull !== true) return;
    const { lan, share: most } = gone;
    this.tell({ kind: "limit-left", limit: "macs", lan, device: "nobody", most });
  }

  hearEntry(line: string): void {
    const learnt = parseLearnt(line);
    const lan = learnt && this.#lans.get(learnt.bridge);
    if (learnt === undefined || lan === undefined) return;
    if (line.startsWith("Deleted ")) return void lan.about--;
    lan.about++;
    if (lan.about < lan.share * NEARLY || lan.isFull && lan.isByKernel) return;
    this.#suspects.add(learnt.bridge);
    if (performance.now() - lan.countedAt >= SOONEST_MS) this.#counting.ask();
  }

  missEntries(): void {
    this.#isDeaf = true;
  }

  async look(): Promise<void> {
    const now = performance.now();
    for (const [bridge, { isFull, countedAt }] of this.#lans) {
      if (isFull && now - countedAt >= AGAIN_MS) this.#suspects.add(bridge);
    }
    const isOpen = this.#lans.values().some(({ isByKernel, share }) =>
      !isByKernel && share < Infinity
    );
    try {
      if (isOpen && !this.#isRefused) await this.#limiting.now();
    } finally {
      // Where bridges cannot be limited, ports are.
      if (this.#isDeaf || this.#suspects.size > 0) await this.#counting.now();
    }
  }

  async #count(): Promise<void> {
    if (this.#isDeaf) await this.#countAll();
    await this.#countSuspects();
  }

  async #countSuspects(): Promise<void> {
    const suspects = new Set([...this.#suspects].filter((bridge) => this.#lans.has(bridge)));
    this.#suspects.clear();
    if (suspects.size === 0) return;
    try {
      const counted = await this.host.count([...suspects]);
      for (const bridge of [...suspects]) {
        suspects.delete(bridge);
        const lan = this.#lans.get(bridge);
        if (lan === undefined) continue;
        const counts = counted.get(bridge) ?? new Map();
        lan.about = total(counts);
        if (lan.about >= lan.share * NEARLY) await this.#grow(bridge);
        await this.#judge(bridge, lan, counts);
      }
    } catch (error) {
      for (const bridge of suspects) this.#suspects.add(bridge);
      throw error;
    }
  }

  async #grow(bridge: string): Promise<void> {
    const shares = growShare(this.#most, this.#lans, bridge);
    if (shares.size === 0) return;
    for (const [name, share] of shares) {
      const lan = this.#lans.get(name)!;
      lan.share = share;
      lan.isByKernel = false;
    }
    // Where this fails, the next look tries again.
    if (!this.#isRefused) await this.#limiting.now();
  }

  async #limitBridges(): Promise<void> {
    const open = [...this.#lans].filter(([, lan]) => !lan.isByKernel && lan.share < Infinity);
    if (open.length === 0 || this.#isRefused) return;
    const shares = new Map(open.map(([name, { share }]) => [name, share]));
    const limited = await this.host.limit(shares).catch((error) => {
      this.#hasFailed = true;
      throw error;
    });
    this.#hasFailed = false;
    for (const [name, lan] of open) {
      const actual = limited.get(name);
      // Its share may have changed meanwhile.
      lan.isByKernel = actual === lan.share;
      this.#isRefused ||= actual !== undefined && actual !== shares.get(name);
    }
    if (this.#isRefused) this.tell({ kind: "macs-limited-by-port" });
  }

  /** What all LANs together may learn. */
  get #most(): number {
    return this.limits.maxNodeMacs || Infinity;
  }

  #describe({ ifname, alias, ifindex }: HeardLink): LimitedLan | undefined {
    const signed = parseAlias(alias);
    // The VXLAN device of a LAN called "kt" begins as bridges do, and has the same alias.
    if (signed === undefined || lanDevices(signed.lan).bridge !== ifname) return undefined;
    const limit = lowerLimit(this.limits.maxMacs, signed.limits?.maxMacs);
    const shares = this.#lans.values().map((lan) => lan.share);
    const share = Math.min(limit, firstShare(this.#most, shares));
    return {
      ...{ lan: signed.lan, ifindex, limit, share },
      ...{ isByKernel: false, about: 0, isFull: false, countedAt: -Infinity },
      silenced: new Map(),
    };
  }

  /** Ports that an earlier manager has silenced say so themselves. */
  async #countAll(): Promise<void> {
    this.#isDeaf = false;
    try {
      for (const { ifname, master = "", alias } of await this.host.listPorts()) {
        const signed = parseAlias(alias);
        if (signed?.learning !== "off") continue;
        this.#lans.get(master)?.silenced.set(ifname, signed);
        this.#suspects.add(master);
      }
      const counts = await this.host.count();
      for (const [bridge, lan] of this.#lans) {
        lan.about = total(counts.get(bridge) ?? new Map());
        if (lan.about >= lan.share * NEARLY) this.#suspects.add(bridge);
      }
    } catch (error) {
      this.#isDeaf = true;
      throw error;
    }
  }

  async #judge(bridge: string, lan: LimitedLan, counts: PortCounts): Promise<void> {
    const wasFull = lan.isFull;
    const silenced = new Set(lan.silenced.keys());
    const { isFull, silence, restore } = decideMacs({
      ...lan,
      ...{ limit: lan.share, counts, silenced, wasFull },
    });
    lan.isFull = isFull;
    lan.countedAt = performance.now();
    for (const port of restore) await this.#restore(lan, port);
    if (silence === undefined && isFull === wasFull) return;
    const most = await this.#findSigned(silence ?? busiest(counts));
    const device = nameDevice(most?.port ?? "nobody", most?.alias.owner);
    if (silence !== undefined && most !== undefined) {
      await this.host.setLearning(silence, renderAlias({ ...most.alias, learning: "off" }), false);
      lan.silenced.set(silence, most.alias);
    }
    // The bridge may have gone meanwhile.
    if (this.#lans.get(bridge) !== lan) return;
    const told = { limit: "macs", lan: lan.lan, device, most: lan.share } as const;
    this.tell({ kind: isFull ? "limit-met" : "limit-left", ...told });
  }

  async #restore(lan: LimitedLan, port: string): Promise<void> {
    const found = await this.#findSigned(port);
    const known = lan.silenced.get(port);
    lan.silenced.delete(port);
    if (found === undefined || known === undefined) return;
    const { learning: _, ...alias } = known;
    await this.host.setLearning(port, renderAlias(alias), true);
  }

  async #findSigned(port: string | undefined) {
    const link = (await this.host.listPorts()).find(({ ifname }) => ifname === port);
    const alias = parseAlias(link?.alias);
    return link === undefined || alias === undefined ? undefined : { port: link.ifname, alias };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#counting[Symbol.asyncDispose]();
    await this.#limiting[Symbol.asyncDispose]();
    await this.host[Symbol.asyncDispose]();
  }
}
