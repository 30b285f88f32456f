// Keeps the kernel's forwarding entries in step with EVPN.
// Without a BGP session it keeps what EVPN said last, so traffic goes on.
import { run } from "../../shared/process/exec.ts";
import { listLinks } from "../../shared/iproute2/list.ts";
import type { BridgeCommand } from "../../shared/iproute2/words.ts";
import { hasNetns, inodeOfPin } from "../../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { type Monitor, startMonitor } from "../loop/monitor.ts";
import { isUp } from "../loop/news.ts";
import type { Observation } from "../loop/observation.ts";
import { changeEntries } from "./change_entries.ts";
import { decide, type Deleted } from "./decide.ts";
import {
  addEntry,
  deleteEntry,
  type FdbEntry,
  identify,
  parseChange,
  tableKey,
} from "./entries.ts";
import { findStale } from "./find_stale.ts";

/** Hears of all forwarding entries of the LAN namespace: one monitor serves all. */
export interface FdbListener {
  /** Hears a line of `bridge monitor fdb`. */
  hearEntry(line: string): void;
  /** Nobody has listened for a while. */
  missEntries(): void;
}

/** Every device may have changed, because nobody has listened. */
const ALL = "all";

/** What the keeper asks of the world. */
export interface EntryHost {
  /** Starts to say each change of an entry, a line of `bridge monitor fdb`. */
  watch(hear: (line: string) => void): Monitor;
  /** Runs commands of `bridge` in a namespace and answers how many were done. */
  change(netns: string, commands: readonly BridgeCommand[]): Promise<number>;
  /**
   * Entries of these VXLAN devices, or of all, that EVPN does not know. Undefined when FRR does not
   * answer.
   */
  listStale(
    netns: string,
    vxlans: ReadonlySet<string> | typeof ALL,
  ): Promise<readonly FdbEntry[] | undefined>;
}

/** Follows the entries from look to look. A look costs nothing where no entry has changed. */
export class EntryKeeper implements Duty, AsyncDisposable {
  readonly name = "look the forwarding entries over";
  #monitor: Monitor | undefined;
  /** The LAN namespace that the monitor is in, by its inode. */
  #netns: number | undefined;
  readonly #deleted = new Map<string, Deleted>();
  /** VXLAN devices whose entries have changed since the last sweep. */
  #changed: Set<string> | typeof ALL = ALL;
  /** Those that the last sweep was about, while it has suspects. */
  #swept: ReadonlySet<string> | typeof ALL = ALL;
  #sweptAt = -Infinity;
  #sweepMs = 0;
  /** What the last sweep has found to be stale, until the next one. */
  #suspects: ReadonlySet<string> | undefined;

  /** @param ring is called when an entry is deleted: the last session may have ended just now */
  constructor(
    private readonly tell: Tell,
    private readonly ring: () => void,
    private readonly listeners: readonly FdbListener[] = [],
    private readonly host: EntryHost = systemEntryHost,
  ) {}

  /** Entries are suspected: the next look confirms them. */
  get isUnsettled(): boolean {
    return this.#suspects !== undefined;
  }

  async look({ at, sessions }: Pick<Observation, "at" | "sessions">): Promise<void> {
    const netns = await this.#listen();
    const ages = sessions.filter(isUp).map(({ uptimeMs }) => uptimeMs);
    const since = ages.length === 0 ? undefined : at - Math.max(...ages);
    const known = {
      deleted: this.#deleted,
      hasChanged: this.#changed === ALL || this.#changed.size > 0,
      hasSuspects: this.isUnsettled,
      sweptAt: this.#sweptAt,
      sweepMs: this.#sweepMs,
    };
    const { putBack, withdrawn, isToSweep, isToForgetSuspects } = decide(known, { at, since });
    if (isToForgetSuspects) this.#suspects = undefined;
    if (putBack.size > 0) await this.#putBack(netns, putBack);
    this.#forget(withdrawn);
    if (isToSweep) await this.#sweep(netns);
  }

  /** Answers a path of the LAN namespace, also while its own name is gone. */
  async #listen(): Promise<string> {
    const inode = inodeOfPin();
    const isHere = inode === this.#netns || !await hasNetns(run, LAN_NETNS);
    if (this.#monitor?.ended === false && isHere) return this.#monitor.netns;
    await this.#monitor?.[Symbol.asyncDispose]();
    this.#changed = ALL;
    this.#netns = inode;
    this.#monitor = this.host.watch((line) => {
      this.#hear(line);
      for (const listener of this.listeners) listener.hearEntry(line);
    });
    for (const listener of this.listeners) listener.missEntries();
    // The monitor's own path leads to the namespace only when the monitor has started.
    return LAN_NETNS;
  }

  #hear(line: string): void {
    const change = parseChange(line);
    if (change === undefined) return;
    if (this.#changed !== ALL) this.#changed.add(change.entry.ifname);
    const place = tableKey(change.entry);
    if (!change.isDeleted) return void this.#deleted.delete(place);
    this.#deleted.set(place, { entry: change.entry, at: performance.now() });
    this.ring();
  }

  async #putBack(netns: string, lost: ReadonlyMap<string, Deleted>): Promise<void> {
    const commands = [...lost.values()].map(({ entry }) => addEntry(entry));
    const count = await this.host.change(netns, commands);
    // The devices of entries that could not be made are gone.
    this.#forget(lost);
    if (count > 0) this.tell({ kind: "entries-kept", count });
  }

  /** Forgets deletions, but not those that have come to the same places since. */
  #forget(deletions: ReadonlyMap<string, Deleted>): void {
    for (const [place, one] of deletions) {
      if (this.#deleted.get(place) === one) this.#deleted.delete(place);
    }
  }

  async #sweep(netns: string): Promise<void> {
    const suspects = this.#suspects;
    // A confirmation is about what the sweep before was about, too.
    const about = suspects === undefined ? this.#changed : join(this.#changed, this.#swept);
    // What changes from now on is for the next sweep.
    this.#changed = new Set();
    const again = () => this.#changed = join(this.#changed, about);
    const started = performance.now();
    const stale = await this.host.listStale(netns, about).catch((error) => {
      again();
      // What took long, and in vain, is not to begin again at once.
      this.#sweptAt = performance.now();
      this.#sweepMs = this.#sweptAt - started;
      throw error;
    });
    if (stale === undefined) return void again();
    // An entry goes when two sweeps have met it: zebra may be writing it while the first one lists.
    const isFirst = suspects === undefined && stale.length > 0;
    this.#suspects = isFirst ? new Set(stale.map(identify)) : undefined;
    this.#swept = about;
    if (isFirst) return;
    this.#sweptAt = performance.now();
    this.#sweepMs = this.#sweptAt - started;
    const confirmed = stale.filter((entry) => suspects?.has(identify(entry)));
    // There may be more than are handled at once.
    if (stale.length > confirmed.length) again();
    if (confirmed.length === 0) return;
    const count = await this.host.change(netns, confirmed.map(deleteEntry));
    this.tell({ kind: "entries-removed", count });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#monitor?.[Symbol.asyncDispose]();
  }
}

const systemEntryHost: EntryHost = {
  watch: (hear) => startMonitor(["bridge", "monitor", "fdb"], hear),

  change: changeEntries,

  async listStale(netns, about) {
    const names = about === ALL
      ? (await listLinks(run, netns, ["vxlan"]))[0].map(({ ifname }) => ifname)
      : [...about];
    return await findStale(run, netns, names);
  },
};

function join(one: Set<string> | typeof ALL, other: ReadonlySet<string> | typeof ALL) {
  return one === ALL || other === ALL ? ALL : one.union(other);
}
