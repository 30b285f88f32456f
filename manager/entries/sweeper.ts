// Removes the kernel's forwarding entries that EVPN does not know, such as those of an earlier FRR.
import { run } from "../../shared/process/exec.ts";
import { listLinks } from "../../shared/iproute2/list.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import { changeEntries } from "./change_entries.ts";
import { decideSweep, readSpoken } from "./decide.ts";
import { ALL, type Devices, join } from "./devices.ts";
import { deleteEntry, type FdbEntry, identify } from "./entries.ts";
import type { EntryHost, EntryKeeper } from "./entry_keeper.ts";
import { findStale } from "./find_stale.ts";

/** What the sweeper asks of the world. */
export interface SweepHost extends Pick<EntryHost, "change"> {
  /**
   * Entries of these VXLAN devices, or of all, that EVPN does not know. Undefined when FRR does not
   * answer.
   * @param netns answers a path of the namespace, which may be another one when a list begins
   */
  listStale(netns: () => string, vxlans: Devices): Promise<readonly FdbEntry[] | undefined>;
}

/** A look costs nothing where no entry has changed. */
export class Sweeper implements Duty {
  readonly name = "sweep the forwarding entries";
  readonly mayTakeLong = true;
  /** Devices that the last sweep has not done with. */
  #left: Devices = new Set();
  /** Those that the last sweep was about, while it has suspects. */
  #swept: Devices = ALL;
  #sweptAt = -Infinity;
  #sweepMs = 0;
  /** What the last sweep has found to be stale, until the next one. */
  #suspects: ReadonlySet<string> | undefined;

  /** @param keeper who follows the entries, and has looked before this one does */
  constructor(
    private readonly keeper: Pick<EntryKeeper, "netns" | "changed" | "takeChanged">,
    private readonly tell: Tell,
    private readonly host: SweepHost = systemSweepHost,
  ) {}

  /** Entries are suspected: the next look confirms them. */
  get isUnsettled(): boolean {
    return this.#suspects !== undefined;
  }

  async look(seen: Pick<Observation, "at" | "sessions">): Promise<void> {
    const changed = join(this.keeper.changed, this.#left);
    const known = {
      hasChanged: changed === ALL || changed.size > 0,
      hasSuspects: this.isUnsettled,
      sweptAt: this.#sweptAt,
      sweepMs: this.#sweepMs,
    };
    const { isToSweep, isToForgetSuspects } = decideSweep(known, readSpoken(seen));
    if (isToForgetSuspects) this.#forgetSuspects();
    if (isToSweep) await this.#sweep();
  }

  /** Their devices are for the next sweep. */
  #forgetSuspects(): void {
    if (this.#suspects === undefined) return;
    this.#suspects = undefined;
    this.#left = join(this.#left, this.#swept);
  }

  async #sweep(): Promise<void> {
    const suspects = this.#suspects;
    // What changes from now on is for the next sweep.
    const changed = join(this.keeper.takeChanged(), this.#left);
    this.#left = new Set();
    // A confirmation is about what the sweep before was about, too.
    const about = suspects === undefined ? changed : join(changed, this.#swept);
    const started = performance.now();
    const stale = await this.host.listStale(() => this.keeper.netns, about).catch((error) => {
      this.#left = about;
      // What took long, and in vain, is not to begin again at once.
      this.#sweptAt = performance.now();
      this.#sweepMs = this.#sweptAt - started;
      throw error;
    });
    if (stale === undefined) return void (this.#left = about);
    // An entry goes when two sweeps have met it: zebra may be writing it while the first one lists.
    const isFirst = suspects === undefined && stale.length > 0;
    this.#suspects = isFirst ? new Set(stale.map(identify)) : undefined;
    this.#swept = about;
    if (isFirst) return;
    this.#sweptAt = performance.now();
    this.#sweepMs = this.#sweptAt - started;
    const confirmed = stale.filter((entry) => suspects?.has(identify(entry)));
    // There may be more than are handled at once.
    if (stale.length > confirmed.length) this.#left = about;
    if (confirmed.length === 0) return;
    const count = await this.host.change(this.keeper.netns, confirmed.map(deleteEntry));
    this.tell({ kind: "entries-removed", count });
  }
}

const systemSweepHost: SweepHost = {
  change: changeEntries,

  async listStale(netns, about) {
    const names = about === ALL
      ? (await listLinks(run, netns(), ["vxlan"]))[0].map(({ ifname }) => ifname)
      : [...about];
    return await findStale(run, netns, names);
  },
};
