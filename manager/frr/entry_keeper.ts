// Keeps the kernel's forwarding entries what EVPN says; and where it says nothing, what it said last: they carry traffic until then.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { batch } from "../../shared/iproute2/batch.ts";
import { countFailed } from "../../shared/iproute2/messages.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { hasNetns, inodeOfPin } from "../../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { currentNames } from "../../shared/lan/current_names.ts";
import type { Log } from "../log.ts";
import { type Monitor, startMonitor } from "../monitor.ts";
import type { RepairTally } from "../repairs.ts";
import type { BridgeCommand } from "../../shared/iproute2/words.ts";
import {
  addEntry,
  deleteEntry,
  type FdbEntry,
  findStale,
  identify,
  parseChange,
  parseEntry,
  tableKey,
} from "./entries.ts";
import { readEvpn, type Session } from "./query.ts";

/** EVPN has spoken when a session is so old: reflectors have then heard of nodes that came back together with this one. */
const SPOKEN_MS = 10_000;
/** A sweep lists all entries of kernel and EVPN: where they change all the time, no more often than that. */
const SWEEP_AGAIN_MS = 10_000;
/** 100 bytes an entry, for half a million. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/** What the keeper does to the world. */
export interface EntryHost {
  /** Starts to say each change of an entry, a line of `bridge monitor fdb`. */
  watch(hear: (line: string) => void): Monitor;
  /** Runs commands of `bridge` in a namespace and answers how many were done. */
  change(netns: string, commands: readonly BridgeCommand[]): Promise<number>;
  /** Entries that EVPN does not know; undefined when FRR does not answer. */
  listStale(netns: string): Promise<readonly FdbEntry[] | undefined>;
}

/** Follows the entries from look to look. */
export class EntryKeeper implements AsyncDisposable {
  #monitor: Monitor | undefined;
  /** The LAN namespace that it is in. */
  #place: number | undefined;
  /** What was deleted, and when (ms), and not made again since, by its place in the kernel's tables. */
  readonly #deleted = new Map<string, { readonly entry: FdbEntry; readonly at: number }>();
  /** Something has changed since the last sweep. */
  #isDue = true;
  #sweptAt = -Infinity;
  /** What the last look has found to be stale, until the next one. */
  #suspects: ReadonlySet<string> | undefined;

  /** @param alarm is called when an entry is deleted: that may be the end of the last session, and is worth a look */
  constructor(
    private readonly log: Log,
    private readonly tally: Pick<RepairTally, "add">,
    private readonly alarm: () => void,
    private readonly host: EntryHost = systemEntryHost,
  ) {}

  /** The next look is to come soon. */
  get isUnsettled(): boolean {
    return this.#suspects !== undefined;
  }

  /**
   * One look. It costs nothing where no entry has changed and no session is newer than the last sweep.
   * @param at when (ms) FRR was asked for the sessions
   */
  async look(sessions: readonly Session[], at: number): Promise<void> {
    const netns = await this.#listen();
    const uptimes = sessions.filter(({ state }) => state === "Established")
      .map(({ uptimeMs }) => uptimeMs);
    const longest = Math.max(...uptimes);
    // Without a session, bgpd knows nothing and has told zebra to delete all: that says nothing of the other nodes.
    await this.#putBack(netns, (deletedAt) => uptimes.length === 0 || deletedAt < at - longest);
    // While there is one, it says what is to go. What went after it was asked for may have gone with it.
    for (const [slot, one] of this.#deleted) {
      if (uptimes.length > 0 && one.at < at) this.#deleted.delete(slot);
    }
    if (uptimes.length === 0) this.#suspects = undefined;
    if (longest < SPOKEN_MS) return;
    const isNew = at - longest > this.#sweptAt;
    const isEarly = at - this.#sweptAt < SWEEP_AGAIN_MS;
    if (this.#suspects !== undefined || isNew || this.#isDue && !isEarly) await this.#sweep(netns);
  }

  /** Answers a path of the LAN namespace, also while its own name is gone. */
  async #listen(): Promise<string> {
    const place = inodeOfPin();
    const isHere = place === this.#place || !await hasNetns(run, LAN_NETNS);
    if (this.#monitor?.ended === false && isHere) return this.#monitor.netns;
    await this.#monitor?.[Symbol.asyncDispose]();
    this.#isDue = true;
    this.#place = place;
    this.#monitor = this.host.watch((line) => this.#hear(line));
    // Its own path is right when it has started.
    return LAN_NETNS;
  }

  #hear(line: string): void {
    const change = parseChange(line);
    if (change === undefined) return;
    this.#isDue = true;
    const slot = tableKey(change.entry);
    if (!change.isDeleted) return void this.#deleted.delete(slot);
    this.#deleted.set(slot, { entry: change.entry, at: performance.now() });
    this.alarm();
  }

  async #putBack(netns: string, isLost: (deletedAt: number) => boolean): Promise<void> {
    const lost = [...this.#deleted].filter(([, { at }]) => isLost(at));
    if (lost.length === 0) return;
    const count = await this.host.change(netns, lost.map(([, { entry }]) => addEntry(entry)));
    // Those that were made are not among them any more; the devices of the others are gone.
    for (const [slot, one] of lost) {
      if (this.#deleted.get(slot) === one) this.#deleted.delete(slot);
    }
    if (count === 0) return;
    this.log("warn", `${count} forwarding entries kept: there was no BGP session`);
    this.tally.add("entriesKept", count);
  }

  async #sweep(netns: string): Promise<void> {
    // What changes from now on is for the next one.
    this.#isDue = false;
    const stale = await this.host.listStale(netns).catch((error) => {
      this.#isDue = true;
      throw error;
    });
    if (stale === undefined) return void (this.#isDue = true);
    // Met twice: one that EVPN was just writing when it was listed is none.
    const suspects = this.#suspects;
    this.#suspects = suspects === undefined && stale.length > 0
      ? new Set(stale.map(identify))
      : undefined;
    if (this.#suspects !== undefined) return;
    this.#sweptAt = performance.now();
    const confirmed = stale.filter((entry) => suspects?.has(identify(entry)));
    if (confirmed.length === 0) return;
    const count = await this.host.change(netns, confirmed.map(deleteEntry));
    this.log("info", `${count} forwarding entries removed that EVPN does not know`);
    this.tally.add("entriesRemoved", count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#monitor?.[Symbol.asyncDispose]();
  }
}

const systemEntryHost: EntryHost = {
  watch: (hear) => startMonitor(["bridge", "monitor", "fdb"], hear),

  async change(netns, commands) {
    const names = await currentNames(run, netns);
    const { argv, ...input } = batch(
      "bridge",
      commands.map(({ program, words: [verb, ...words] }) => ({
        program,
        words: [verb, ...words.map((word) => names.get(word) ?? word)],
      })),
    );
    const done = await run({ argv: inNetns(netns, argv), ...input });
    // One that is done already, or whose device is gone, stops no other.
    const failed = countFailed(done.stderr);
    const hasRun = done.reason === "success" || done.reason === "exit" && failed > 0;
    if (!hasRun) throw new Error(describe(done));
    return commands.length - failed;
  },

  /** The kernel's entries first: what EVPN learns in between is then not taken for stale. */
  async listStale(netns) {
    const listed = await run({
      argv: inNetns(netns, ["bridge", "fdb", "show"]),
      maxOutputBytes: MAX_LIST_BYTES,
    });
    if (listed.reason !== "success") throw new Error(describe(listed));
    const evpn = await readEvpn();
    if (evpn === undefined) return undefined;
    // Line by line: of thousands, few lead to other nodes.
    const remote = listed.stdout.split("\n").flatMap((line) => parseEntry(line) ?? []);
    return findStale(remote, evpn);
  },
};
