// The ports of calls that share one process: spares of `ip`, queued locks, and the node's facts from memory.
import { type NodeFacts, renderNodeFacts } from "../../shared/lan/node_facts.ts";
import { converse } from "../../shared/exec.ts";
import { sessionCommand } from "../../shared/iproute2/session.ts";
import { LAN_NETNS, NODE_FACTS_FILE } from "../../shared/lan/paths.ts";
import { type Ports, systemPorts } from "../../shared/ports.ts";
import { Deletions } from "./deletions.ts";
import { queueLocks } from "./lock_queue.ts";
import { Spares } from "./spares.ts";

/** Sessions of `ip` kept ready: as many calls as come at a time in a lab's start, at 2 MB each. */
const SPARE_SESSIONS = 4;
/** A spare serves one call, which has its own limit of 50 s. */
const SESSION_LIMIT_MS = 60_000;

/** Ports for the resident; the spares must be closed at its end. */
export function residentPorts(facts: NodeFacts): { ports: Ports; spares: Spares } {
  const system = systemPorts();
  const command = sessionCommand(LAN_NETNS, SESSION_LIMIT_MS);
  const spares = new Spares(command, converse, inodeOfLanNetns, SPARE_SESSIONS);
  const deletions = new Deletions();
  const factsText = renderNodeFacts(facts);
  const ports: Ports = {
    ...system,
    lock: queueLocks(system.lock),
    converse: (wanted) => spares.take(wanted) ?? converse(wanted),
    shareKernel: (kernel) => ({
      ...deletions.share(kernel),
      // An answer need not wait for the sessions' ends.
      close() {
        void kernel.close();
        return Promise.resolve();
      },
    }),
    readText: (path) =>
      path === NODE_FACTS_FILE ? Promise.resolve(factsText) : system.readText(path),
  };
  return { ports, spares };
}

function inodeOfLanNetns(): number | null | undefined {
  try {
    return Deno.statSync(LAN_NETNS).ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
