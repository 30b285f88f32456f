// The nodes that are on any LAN, as bgpd has them from their multicast routes (RFC 8365, 5.1.3).
import type { Run } from "../../shared/process/exec.ts";
import { askFrr } from "./ask.ts";
import { vtysh } from "./vtysh.ts";

/** What multicast routes say of nodes. */
export interface Nodes {
  /** VTEP addresses, own one included: next hops, which a reflector has checked. */
  readonly vteps: readonly string[];
  /** Of those that announce another node, that one: the originator in the route's prefix. */
  readonly others: ReadonlyMap<string, string>;
}

const KEPT_BYTES = 4_096;
/** A prefix, and then the next hop of each of its paths. */
const ORIGINATOR_OR_NEXT_HOP =
  /"\[3\]:\[\d+\]:\[\d+\]:\[([^\]"]+)\]"|"nexthops"\s*:\s*\[\s*\{\s*"ip"\s*:\s*"([\da-fA-F.:]+)"/g;

/**
 * Undefined where bgpd is away.
 * @throws {CutOff} when it does not answer in time
 */
export async function readNodes(run: Run): Promise<Nodes | undefined> {
  const scanner = new NodeScanner();
  const done = await askFrr(run, {
    ...vtysh.multicastRoutes(),
    maxOutputBytes: KEPT_BYTES,
    heard: (part, stream) => stream === "stdout" && scanner.hear(part),
  });
  return done.reason === "success" ? scanner.found : undefined;
}

/** Reads bgpd's answer in parts as they come: it has a route for each LAN of each node. */
class NodeScanner {
  readonly #vteps = new Set<string>();
  readonly #others = new Map<string, string>();
  #originator: string | undefined;
  #pending = "";

  hear(part: string): void {
    const text = this.#pending + part;
    // What stands behind the last bracket may be half a next hop.
    const end = text.lastIndexOf("}") + 1;
    this.#pending = text.slice(end);
    for (const [, originator, vtep] of text.slice(0, end).matchAll(ORIGINATOR_OR_NEXT_HOP)) {
      if (vtep === undefined) this.#originator = originator;
      else this.#take(vtep);
    }
  }

  #take(vtep: string): void {
    this.#vteps.add(vtep);
    const originator = this.#originator;
    if (originator !== undefined && originator !== vtep) this.#others.set(vtep, originator);
  }

  get found(): Nodes {
    return { vteps: [...this.#vteps], others: this.#others };
  }
}
