// The host of calls that share one process: `ip` sessions, queued locks, node facts from memory.
import type { Host } from "../../shared/host.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { inodeOfPin } from "../../shared/lan/lan_netns.ts";
import { type NodeFacts, renderNodeFacts } from "../../shared/lan/node_facts.ts";
import { LAN_NETNS, NODE_FACTS_FILE } from "../../shared/lan/paths.ts";
import { converse } from "../../shared/process/exec.ts";
import { systemHost } from "../../shared/system_host.ts";
import { Deletions } from "./deletions.ts";
import { KernelPool } from "./kernel_pool.ts";
import { queueLocks } from "./lock_queue.ts";

/** As many sessions are kept ready as calls come at a time in a lab's start. */
const SPARE_SESSIONS = 4;
/** A session serves calls for a moment, the last of which has its own limit of 50 s. */
const SESSION_LIMIT_MS = 60_000;

/** The host for the resident; `close` ends the sessions. */
export function residentHost(facts: () => NodeFacts): { host: Host; close(): Promise<void> } {
  const system = systemHost();
  const open = (...atOnce: string[]) => openKernel(converse, () => SESSION_LIMIT_MS, atOnce);
  const pool = new KernelPool(() => open(LAN_NETNS), inodeOfPin, SPARE_SESSIONS);
  const deletions = new Deletions(() => pool.share(open()));
  pool.fill();
  return {
    host: {
      ...system,
      lock: queueLocks(system.lock),
      shareKernel: (kernel) => deletions.share(pool.share(kernel)),
      readText: (path) =>
        path === NODE_FACTS_FILE
          ? Promise.resolve(renderNodeFacts(facts()))
          : system.readText(path),
    },
    async close() {
      await deletions.settle();
      await pool.close();
    },
  };
}
