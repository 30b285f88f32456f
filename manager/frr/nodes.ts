// The nodes that are on any LAN, as bgpd has them from their multicast routes (RFC 8365, 5.1.3).
import type { Run } from "../../shared/process/exec.ts";
import { vtysh } from "./vtysh.ts";

const KEPT_BYTES = 4_096;
/** The next hop is the node; the originator's address, in the prefix, is whatever it says. */
const NEXT_HOP = /"nexthops"\s*:\s*\[\s*\{\s*"ip"\s*:\s*"([0-9a-fA-F.:]+)"/g;

/** Their VTEP addresses, own one included; undefined where bgpd does not answer. */
export async function readNodes(run: Run): Promise<string[] | undefined> {
  const scanner = new NodeScanner();
  const done = await run({
    ...vtysh.multicastRoutes(),
    maxOutputBytes: KEPT_BYTES,
    heard: (part, stream) => stream === "stdout" && scanner.hear(part),
  });
  return done.reason === "success" ? [...scanner.nodes] : undefined;
}

/** Reads bgpd's answer in parts as they come: it has a route for each LAN of each node. */
class NodeScanner {
  readonly nodes = new Set<string>();
  #pending = "";

  hear(part: string): void {
    const text = this.#pending + part;
    // What stands behind the last bracket may be half a next hop.
    const end = text.lastIndexOf("}") + 1;
    this.#pending = text.slice(end);
    for (const [, node] of text.slice(0, end).matchAll(NEXT_HOP)) this.nodes.add(node!);
  }
}
