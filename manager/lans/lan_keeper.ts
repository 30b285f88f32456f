// Looks the LANs over: mends what somebody has broken, and removes what no pod needs.
import { converse, run } from "../../shared/process/exec.ts";
import type { Host } from "../../shared/host.ts";
import { systemHost } from "../../shared/system_host.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { type Kernel, openKernel } from "../../shared/iproute2/kernel.ts";
import { isPortName, type Lan } from "../../shared/lan/lan.ts";
import { hasNetns, inodeOfPin } from "../../shared/lan/lan_netns.ts";
import { listUnborn } from "../../shared/lan/unborn_vxlan.ts";
import { lock, lockFile } from "../../shared/lan/lock.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { deletePorts, findPorts } from "../../shared/lan/lan_ports.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { type Monitor, startMonitor } from "../loop/monitor.ts";
import { type EmptySince, hasOverdue, nextEmptyLans } from "./empty_lans.ts";
import { findTroubles, type UsedLan } from "./find_troubles.ts";
import { type HeardLink, parseHeard } from "./heard_link.ts";
import { findLanNews, type KnownLans, lanKey } from "./lan_news.ts";
import { findLans, type LanDevicesOnNode, type LanOnNode, listDevices } from "./list_lans.ts";
import { isBroken, mendLan } from "./mend_lan.ts";
import { moveVteps } from "./move_vteps.ts";
import { pinAgain } from "./pin_netns.ts";
import { isSameDevice, removeStrays } from "./remove_strays.ts";

const LIMIT_MS = 30_000;
/** Strays are removed when no call is at work; a busy node tries again at the next look. */
const STRAYS_LIMIT_MS = 2_000;

/** Every device may have changed, because nobody has listened. */
const ALL = "all";

/** Is given all devices, and whether the device of a name may have changed since the last time. */
export type TakeDevices = (
  devices: LanDevicesOnNode,
  mayHaveChanged: (name: string) => boolean,
) => void;

/**
 * The LANs of this node, as they were seen last. A look costs nothing where nothing has changed and
 * nothing is to be done. LANs without pods are left behind by plugins that were killed, and by
 * Multus, which never sends GC.
 */
export class LanKeeper implements Duty, AsyncDisposable {
  readonly name = "look the LANs over";
  #known: KnownLans | undefined;
  #since: EmptySince = new Map();
  #strays: readonly Link[] = [];
  #monitor: Monitor | undefined;
  /** The LAN namespace that is watched, by its inode. */
  #pinned: number | undefined;
  #isStale = true;
  /** Devices that the monitor has named since the last look: their LANs are looked at closely. */
  #changed: Set<string> | typeof ALL = ALL;
  /** Bridges that pods' ports have been in since the last look, by what the monitor has named. */
  #joined = new Set<string>();
  #isMoved = false;

  /**
   * @param graceMs how long a LAN is kept without a pod
   * @param hearLink is given each device that is new or has changed
   * @param takeDevices is given all devices whenever they have changed, and what says of a device's
   *   name whether it may have changed in what a list does not show
   */
  constructor(
    readonly facts: NodeFacts,
    private readonly graceMs: number,
    private readonly tell: Tell,
    private readonly hearLink: (link: HeardLink) => void = () => {},
    private readonly takeDevices: TakeDevices = () => {},
    readonly host: Host = systemHost(),
  ) {}

  async look(): Promise<void> {
    try {
      await this.#keepPin();
      await this.#lookAtDevices();
    } catch (error) {
      this.#isStale = true;
      this.#changed = ALL;
      throw error;
    }
  }

  async #lookAtDevices(): Promise<void> {
    await this.#listen();
    if (!this.#isStale && !hasOverdue(this.#since, performance.now(), this.graceMs)) return;
    // What changes from now on is for the next look.
    this.#isStale = false;
    const devices = await listDevices(run);
    const changed = this.#changed;
    this.#changed = new Set();
    const joined = this.#joined;
    this.#joined = new Set();
    this.takeDevices(devices, (name) => changed === ALL || changed.has(name));
    const kernel = openKernel(converse, () => LIMIT_MS);
    await using _sessions = { [Symbol.asyncDispose]: () => kernel.close() };
    const { broken, used, strays: inLanNetns } = findTroubles(devices);
    const strays = [...inLanNetns, ...await listUnborn(kernel, this.host)];
    const suspects = used.filter(({ devices }) =>
      changed === ALL || !devices.isDisjointFrom(changed)
    );
    const lans = findLans(devices);
    this.#tellNews([...lans, ...used].map(({ lan }) => lan));
    const now = performance.now();
    const [next, overdue] = nextEmptyLans(this.#since, lans, now, this.graceMs, joined);
    this.#since = next;
    // A call at work leaves strays for a moment: only those that are met twice are looked at.
    const again = strays.filter((stray) => this.#strays.some((one) => isSameDevice(one, stray)));
    this.#strays = strays;
    const work = [
      ...(this.#isMoved ? [] : [() => this.#move(kernel)]),
      ...broken.map((one) => () => this.#mend(kernel, one)),
      ...suspects.map((one) => () => this.#inspect(kernel, one)),
      ...overdue.map((one) => () => this.#removeEmpty(kernel, one)),
      ...(again.length > 0 ? [() => this.#removeStrays(kernel, again)] : []),
    ];
    const failures: string[] = [];
    for (const one of work) {
      await one().catch((error) =>
        failures.push(error instanceof Error ? error.message : `${error}`)
      );
    }
    if (strays.length > 0) this.#isStale = true;
    if (failures.length > 0) throw new Error(failures.join("; "));
  }

  #tellNews(lans: readonly Lan[]): void {
    const [known, news] = findLanNews(this.#known, lans);
    this.#known = known;
    for (const happening of news) this.tell(happening);
  }

  /**
   * Pins the namespace again where its name is gone. Where another namespace has the name, an
   * install has put it there: that one counts from now on.
   */
  async #keepPin(): Promise<void> {
    const monitor = this.#monitor;
    if (monitor === undefined || monitor.ended || inodeOfPin() === this.#pinned) return;
    if (await hasNetns(run, LAN_NETNS)) {
      await monitor[Symbol.asyncDispose]();
      return this.tell({ kind: "lan-netns-replaced", path: LAN_NETNS });
    }
    await pinAgain(monitor.netns);
    this.#pinned = inodeOfPin();
    this.tell({ kind: "lan-netns-pinned", path: LAN_NETNS });
  }

  /**
   * Starts a monitor where none runs: to list thousands of devices for nothing costs more than all
   * else.
   */
  async #listen(): Promise<void> {
    if (this.#monitor?.ended === false) return;
    await this.#monitor?.[Symbol.asyncDispose]();
    this.#isStale = true;
    this.#changed = ALL;
    // Only -details tells aliases.
    this.#monitor = startMonitor(["ip", "-o", "-details", "monitor", "link"], (line) => {
      this.#isStale = true;
      const link = parseHeard(line);
      if (link === undefined) return;
      this.hearLink(link);
      if (link.master !== undefined && isPortName(link.ifname)) this.#joined.add(link.master);
      if (this.#changed !== ALL) this.#changed.add(link.ifname);
    });
    this.#pinned = inodeOfPin();
  }

  /** Done once: the node's address stays the same as long as this object is there. */
  async #move(kernel: Kernel): Promise<void> {
    const moved = await moveVteps(kernel, this.facts);
    this.#isMoved = true;
    if (moved > 0) this.tell({ kind: "vteps-moved", vtep: this.facts.vtep, count: moved });
  }

  /**
   * Takes no lock of the LAN, since calls wait for the lock, and most LANs have changed because of
   * a call.
   */
  async #inspect(kernel: Kernel, used: UsedLan): Promise<void> {
    if (await isBroken(kernel, used)) await this.#mend(kernel, used);
  }

  async #mend(kernel: Kernel, broken: UsedLan): Promise<void> {
    const why = await mendLan(kernel, broken, this, LIMIT_MS);
    if (why !== undefined) this.tell({ kind: "lan-mended", lan: broken.lan, why });
  }

  async #removeEmpty(kernel: Kernel, { lan }: LanOnNode): Promise<void> {
    using _lan = await lock(lockFile(lan.vni), { make: true, timeoutMs: LIMIT_MS });
    // The ports are looked up again under the lock: a pod may have come since.
    const found = await findPorts(kernel, LAN_NETNS, lan);
    if (found.ports.length > 0) return;
    await deletePorts(kernel, found, []);
    this.#known = new Map([...this.#known ?? []].filter(([key]) => key !== lanKey(lan)));
    this.tell({ kind: "empty-lan-removed", lan });
  }

  async #removeStrays(kernel: Kernel, seen: readonly Link[]): Promise<void> {
    const removed = await removeStrays(kernel, this.host, seen, STRAYS_LIMIT_MS);
    const devices = removed.map(({ ifname }) => ifname);
    if (devices.length > 0) this.tell({ kind: "strays-removed", devices });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#monitor?.[Symbol.asyncDispose]();
  }
}
