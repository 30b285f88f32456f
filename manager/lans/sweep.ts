// Looks the LANs over and removes those that stayed empty: plugins that were killed leave some, and Multus never sends GC.
import { converse } from "../../shared/exec.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { lanTitle } from "../../shared/lan/lan.ts";
import { lock, lockFile } from "../../shared/lan/lock.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { deletePorts, findPorts } from "../../shared/lan/remove_ports.ts";
import type { Log } from "../log.ts";
import { type EmptySince, nextEmptyLans } from "./empty_lans.ts";
import { type LanOnNode, listLans } from "./list_lans.ts";
import { type LinkWatch, watchLinks } from "./watch_links.ts";

const LIMIT_MS = 30_000;

/** The LANs of this node, as they were seen last. */
export class LanSweep implements AsyncDisposable {
  #since: EmptySince = new Map();
  #watch: LinkWatch | undefined;
  #isStale = true;

  /** @param graceMs how long a LAN is kept without a pod */
  constructor(private readonly graceMs: number, private readonly log: Log) {}

  /** One look. Where nothing has changed and no LAN is overdue, it costs nothing. */
  async look(): Promise<void> {
    const isOverdue = [...this.#since.values()].some((since) =>
      performance.now() - since >= this.graceMs
    );
    if (await this.#hasChanged()) this.#isStale = true;
    if (!this.#isStale && !isOverdue) return;
    const lans = await listLans();
    const [next, overdue] = nextEmptyLans(this.#since, lans, performance.now(), this.graceMs);
    this.#since = next;
    this.#isStale = false;
    if (overdue.length > 0) await this.#remove(overdue);
  }

  async #hasChanged(): Promise<boolean> {
    if (this.#watch?.ended !== false) {
      await this.#watch?.[Symbol.asyncDispose]();
      this.#watch = watchLinks();
    }
    return this.#watch.takeChanged();
  }

  async #remove(overdue: readonly LanOnNode[]): Promise<void> {
    const kernel = openKernel(converse, () => LIMIT_MS);
    try {
      for (const { lan } of overdue) {
        using _lan = await lock(lockFile(lan.vni), true, LIMIT_MS);
        // Observed again under the lock: a pod may have come since.
        const found = await findPorts(kernel, LAN_NETNS, lan);
        if (found.ports.length > 0) continue;
        await deletePorts(kernel, found, []);
        this.log("info", `LAN ${lanTitle(lan)} (VNI ${lan.vni}) removed: it had no pod`);
      }
    } finally {
      await kernel.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
  }
}
