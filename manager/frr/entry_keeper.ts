// Keeps the kernel's forwarding entries what EVPN says; and where it says nothing, what it said last: they carry traffic until then.
import { describe } from "../../shared/command.ts";
import { run } from "../../shared/exec.ts";
import { encodeLine, type IpArgs } from "../../shared/iproute2/line.ts";
import { inNetns } from "../../shared/iproute2/session.ts";
import { hasNetns } from "../../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { inodeOfPin } from "../lans/pin_netns.ts";
import type { Log } from "../log.ts";
import { type Monitor, startMonitor } from "../monitor.ts";
import {
  addEntry,
  deleteEntry,
  type FdbEntry,
  findStale,
  identify,
  parseChange,
  parseEntry,
} from "./entries.ts";
import { readEvpn, type Session } from "./query.ts";

/** EVPN has spoken when a session is so old: reflectors have then heard of nodes that came back together with this one. */
const SPOKEN_MS = 10_000;
/** 100 bytes an entry, for half a million. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/** Follows the entries from look to look. */
export class EntryKeeper implements AsyncDisposable {
  #monitor: Monitor | undefined;
  /** The LAN namespace that it is in. */
  #place: number | undefined;
  /** Those deleted since the last look and not made again, by identity, and when (ms). */
  readonly #deleted = new Map<string, { readonly entry: FdbEntry; readonly at: number }>();
  #hasChanged = false;
  /** Something has changed since the last sweep. */
  #isDue = true;
  #sweptAt = -Infinity;
  /** What the last look has found to be stale, until the next one. */
  #suspects: ReadonlySet<string> | undefined;

  /** @param alarm is called when an entry is deleted: that may be the end of the last session, and is worth a look */
  constructor(private readonly log: Log, private readonly alarm: () => void) {}

  /** The next look is to come soon. */
  get isUnsettled(): boolean {
    return this.#hasChanged || this.#suspects !== undefined;
  }

  /**
   * One look. It costs nothing where no entry has changed and no session is newer than the last sweep.
   * @param at when (ms) FRR was asked for the sessions
   */
  async look(sessions: readonly Session[], at: number): Promise<void> {
    const netns = await this.#listen();
    const established = sessions.filter(({ state }) => state === "Established");
    if (established.length === 0) return await this.#putBack(netns);
    // A session tells what is to go. What went since may have gone with the last session.
    for (const [id, one] of this.#deleted) {
      if (one.at < at) this.#deleted.delete(id);
    }
    if (this.#hasChanged) {
      this.#hasChanged = false;
      this.#isDue = true;
      return;
    }
    const longest = Math.max(...established.map(({ uptimeMs }) => uptimeMs));
    const isNew = performance.now() - longest > this.#sweptAt;
    if (longest >= SPOKEN_MS && (this.#isDue || isNew)) await this.#sweep(netns);
  }

  /** Answers a path of the LAN namespace, also while its own name is gone. */
  async #listen(): Promise<string> {
    const place = inodeOfPin();
    const isHere = this.#monitor?.ended === false &&
      (place === this.#place || !await hasNetns(run, LAN_NETNS));
    if (this.#monitor !== undefined && isHere) return this.#monitor.netns;
    await this.#monitor?.[Symbol.asyncDispose]();
    this.#isDue = true;
    this.#place = place;
    this.#monitor = startMonitor(["bridge", "monitor", "fdb"], (line) => this.#hear(line));
    return this.#monitor.netns;
  }

  #hear(line: string): void {
    const change = parseChange(line);
    if (change === undefined) return;
    this.#hasChanged = true;
    const id = identify(change.entry);
    if (!change.isDeleted) return void this.#deleted.delete(id);
    this.#deleted.set(id, { entry: change.entry, at: performance.now() });
    this.alarm();
  }

  /** Without a session, bgpd knows nothing and has told zebra to delete all: that says nothing of the other nodes. */
  async #putBack(netns: string): Promise<void> {
    const entries = Array.from(this.#deleted.values(), ({ entry }) => entry);
    this.#deleted.clear();
    this.#hasChanged = false;
    this.#isDue = true;
    if (entries.length === 0) return;
    const count = await change(netns, entries.map(addEntry));
    if (count > 0) this.log("warn", `${count} forwarding entries kept: there is no BGP session`);
  }

  async #sweep(netns: string): Promise<void> {
    const stale = await listStale(netns);
    if (stale === undefined) return;
    // Met twice: one that EVPN was just writing when it was listed is none.
    const suspects = this.#suspects;
    this.#suspects = suspects === undefined && stale.length > 0
      ? new Set(stale.map(identify))
      : undefined;
    if (this.#suspects !== undefined) return;
    const confirmed = stale.filter((entry) => suspects?.has(identify(entry)));
    if (confirmed.length > 0) {
      await change(netns, confirmed.map(deleteEntry));
      this.log("info", `${confirmed.length} forwarding entries removed that EVPN does not know`);
    }
    this.#isDue = false;
    this.#sweptAt = performance.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#monitor?.[Symbol.asyncDispose]();
  }
}

/** Runs commands of `bridge`, and answers how many were done: one that is done already, or whose device is gone, stops no other. */
async function change(netns: string, commands: readonly IpArgs[]): Promise<number> {
  const { stderr } = await run({
    argv: inNetns(netns, ["bridge", "-force", "-batch", "-"]),
    stdin: commands.map((command) => `${encodeLine(command)}\n`).join(""),
  });
  return commands.length - (stderr.match(/^Command failed /gm)?.length ?? 0);
}

/** The kernel's entries first: what EVPN learns in between is then not taken for stale. Undefined when FRR does not answer. */
async function listStale(netns: string): Promise<FdbEntry[] | undefined> {
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
}
