// What the manager has put right on its node since it started: counted, and written for `manager status`.
import { updateFile } from "../shared/files.ts";
import { RUN_DIR } from "../shared/lan/paths.ts";

/** Where {@link Repairs} are written. */
export const REPAIRS_FILE = `${RUN_DIR}/sweep.json`;

export interface Repairs {
  /** LANs, VXLAN devices and namespaces put right. */
  readonly mended: number;
  /** LANs without a pod removed. */
  readonly emptied: number;
  /** Devices of no LAN removed. */
  readonly strays: number;
  /** Forwarding entries made again that had gone with the last BGP session. */
  readonly entriesKept: number;
  /** Forwarding entries removed that EVPN did not know. */
  readonly entriesRemoved: number;
}
export const NO_REPAIRS: Repairs = {
  mended: 0,
  emptied: 0,
  strays: 0,
  entriesKept: 0,
  entriesRemoved: 0,
};

export class RepairTally {
  #counts = NO_REPAIRS;
  /** The counts that are written. */
  #told: Repairs | undefined;

  add(what: keyof Repairs, count: number): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + count };
  }

  /** Writes what has changed; the first time in any case: an earlier manager's counts may lie there. */
  async tell(): Promise<void> {
    if (this.#told === this.#counts) return;
    const counts = this.#counts;
    await updateFile(REPAIRS_FILE, JSON.stringify(counts), 0o600);
    this.#told = counts;
  }
}
