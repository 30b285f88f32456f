// Keeps the kernel's forwarding entries while EVPN is silent, and follows how they change.
// Without a BGP session what EVPN said last is kept, so traffic goes on.
import { run } from "../../shared/process/exec.ts";
import type { BridgeCommand } from "../../shared/iproute2/words.ts";
import { hasNetns, inodeOfPin } from "../../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { type Monitor, startMonitor } from "../loop/monitor.ts";
import type { Observation } from "../loop/observation.ts";
import { changeEntries } from "./change_entries.ts";
import { ALL, type Devices } from "./devices.ts";
import { decideFates, type Deleted, readSpoken } from "./decide.ts";
import { addEntry, parseChange, tableKey } from "./entries.ts";

/** Hears of all forwarding entries of the LAN namespace: one monitor serves all. */
export interface FdbListener {
  /** Hears a line of `bridge monitor fdb`. */
  hearEntry(line: string): void;
  /** Nobody has listened for a while. */
  missEntries(): void;
}

/** What the keeper asks of the world. */
export interface EntryHost {
  /** Starts to say each change of an entry, a line of `bridge monitor fdb`. */
  watch(hear: (line: string) => void): Monitor;
  /** Runs commands of `bridge` in a namespace and answers how many were done. */
  change(netns: string, commands: readonly BridgeCommand[]): Promise<number>;
}

/** Follows the entries from look to look. A look costs nothing where no entry has changed. */
export class EntryKeeper implements Duty, AsyncDisposable {
  readonly name = "look the forwarding entries over";
  #monitor: Monitor | undefined;
  /** The LAN namespace that the monitor is in, by its inode. */
  #inode: number | undefined;
  #netns = LAN_NETNS;
  readonly #deleted = new Map<string, Deleted>();
  #changed: Devices = ALL;

  /** @param ring is called when an entry is deleted: the last session may have ended just now */
  constructor(
    private readonly tell: Tell,
    private readonly ring: () => void,
    private readonly listeners: readonly FdbListener[] = [],
    private readonly host: EntryHost = systemEntryHost,
  ) {}

  /** A path of the LAN namespace, also while its own name is gone. */
  get netns(): string {
    return this.#monitor?.ended === false ? this.#netns : LAN_NETNS;
  }

  /** VXLAN devices whose entries have changed since they were taken the last time. */
  get changed(): Devices {
    return this.#changed;
  }

  takeChanged(): Devices {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  async look(seen: Pick<Observation, "at" | "sessions">): Promise<void> {
    this.#netns = await this.#listen();
    const { putBack, withdrawn } = decideFates(this.#deleted, readSpoken(seen));
    if (putBack.size > 0) await this.#putBack(putBack);
    this.#forget(withdrawn);
  }

  async #listen(): Promise<string> {
    const inode = inodeOfPin();
    const isHere = inode === this.#inode || !await hasNetns(run, LAN_NETNS);
    if (this.#monitor?.ended === false && isHere) return this.#monitor.netns;
    await this.#monitor?.[Symbol.asyncDispose]();
    this.#changed = ALL;
    this.#inode = inode;
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

  async #putBack(lost: ReadonlyMap<string, Deleted>): Promise<void> {
    const commands = [...lost.values()].map(({ entry }) => addEntry(entry));
    const count = await this.host.change(this.netns, commands);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#monitor?.[Symbol.asyncDispose]();
  }
}

const systemEntryHost: EntryHost = {
  watch: (hear) => startMonitor(["bridge", "monitor", "fdb"], hear),
  change: changeEntries,
};
