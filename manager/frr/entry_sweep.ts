// Sweeps forwarding entries that an earlier zebra has left and EVPN does not confirm: until it has spoken, they carry traffic.
import * as z from "zod";
import { describe } from "../../shared/command.ts";
import { run } from "../../shared/exec.ts";
import { encodeLine } from "../../shared/iproute2/line.ts";
import { inNetns } from "../../shared/iproute2/session.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Log } from "../log.ts";
import { readEvpn, type Session } from "./query.ts";
import { deleteEntry, type FdbEntry, findStale, identify } from "./stale_entries.ts";

/** EVPN has spoken when a session is so old: reflectors have then heard of nodes that came back together with this one. */
const SPOKEN_MS = 10_000;
/** 100 bytes an entry, for half a million. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/** Knows what the last sweep has seen. */
export class EntrySweep {
  #sweptAt = -Infinity;
  /** What the last look has found, until the next one. */
  #suspects: ReadonlySet<string> | undefined;

  constructor(private readonly log: Log) {}

  /** One look. It costs nothing but when all sessions are newer than the last sweep: then FRR, or this manager, has started anew. */
  async look(sessions: readonly Session[]): Promise<void> {
    const now = performance.now();
    const uptimes = sessions.filter(({ state }) => state === "Established")
      .map(({ uptimeMs }) => uptimeMs);
    const longest = Math.max(...uptimes);
    if (longest < SPOKEN_MS || now - longest <= this.#sweptAt) return;
    const stale = await listStale();
    if (stale === undefined) return;
    // Met twice: one that EVPN was just writing when it was listed is none.
    const suspects = this.#suspects;
    this.#suspects = suspects === undefined && stale.length > 0
      ? new Set(stale.map(identify))
      : undefined;
    if (this.#suspects !== undefined) return;
    const confirmed = stale.filter((entry) => suspects?.has(identify(entry)));
    if (confirmed.length > 0) await this.#remove(confirmed);
    this.#sweptAt = now;
  }

  async #remove(entries: readonly FdbEntry[]): Promise<void> {
    const lines = entries.map((entry) => `${encodeLine(deleteEntry(entry))}\n`);
    // One that is gone by itself is no failure of the others.
    await run({
      argv: inNetns(LAN_NETNS, ["bridge", "-force", "-batch", "-"]),
      stdin: lines.join(""),
    });
    this.log("info", `${entries.length} forwarding entries removed that EVPN does not know`);
  }
}

const fdb = z.array(z.object({
  mac: z.string(),
  ifname: z.string(),
  dst: z.string().optional(),
  flags: z.array(z.string()).default([]),
}));

/** The kernel's entries first: what EVPN learns in between is then not taken for stale. Undefined when FRR does not answer. */
async function listStale(): Promise<FdbEntry[] | undefined> {
  const listed = await run({
    argv: inNetns(LAN_NETNS, ["bridge", "-json", "fdb", "show"]),
    maxOutputBytes: MAX_LIST_BYTES,
  });
  if (listed.reason !== "success") throw new Error(describe(listed));
  const evpn = await readEvpn();
  return evpn && findStale(fdb.parse(JSON.parse(listed.stdout)), evpn);
}
