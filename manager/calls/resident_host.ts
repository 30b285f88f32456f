// The host of calls that share one process: sessions of `ip`, queued locks, and the node's facts from memory.
import { type NodeFacts, renderNodeFacts } from "../../shared/lan/node_facts.ts";
import { type Converse, converse } from "../../shared/process/exec.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { sessionCommand } from "../../shared/iproute2/session.ts";
import { LAN_NETNS, NODE_FACTS_FILE } from "../../shared/lan/paths.ts";
import type { Host } from "../../shared/host.ts";
import { systemHost } from "../../shared/system_host.ts";
import { inodeOfPin } from "../../shared/lan/lan_netns.ts";
import { Deletions } from "./deletions.ts";
import { KernelPool } from "./kernel_pool.ts";
import { queueLocks } from "./lock_queue.ts";
import { Spares } from "./spares.ts";

/** Sessions of `ip` kept ready: as many calls as come at a time in a lab's start, at 2 MB each. */
const SPARE_SESSIONS = 4;
/** A session serves calls for a moment, the last of which has its own limit of 50 s. */
const SESSION_LIMIT_MS = 60_000;

/** The host of the resident; `close` ends the sessions. */
export function residentHost(facts: NodeFacts): { host: Host; close(): Promise<void> } {
  const system = systemHost();
  const command = sessionCommand(LAN_NETNS, SESSION_LIMIT_MS);
  const spares = new Spares(command, converse, inodeOfPin, SPARE_SESSIONS);
  const takeSpare: Converse = (wanted) => spares.take(wanted) ?? converse(wanted);
  const open = () => openKernel(takeSpare, () => SESSION_LIMIT_MS);
  const pool = new KernelPool(open, inodeOfPin);
  const deletions = new Deletions(() => pool.share(open()));
  const factsText = renderNodeFacts(facts);
  spares.fill();
  return {
    host: {
      ...system,
      lock: queueLocks(system.lock),
      shareKernel: (kernel) => deletions.share(pool.share(kernel)),
      readText: (path) =>
        path === NODE_FACTS_FILE ? Promise.resolve(factsText) : system.readText(path),
    },
    async close() {
      await deletions.settle();
      await pool.close();
      await spares.close();
    },
  };
}
