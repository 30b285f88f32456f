// The node's facts that a LAN's devices depend on, as the manager writes them for the plugin.
import * as z from "zod/mini";

/** Contents of `/run/megalos/node.json`. Always of this boot: /run is emptied at its beginning (FHS 3.0, section 3.15). */
export interface NodeFacts {
  /** Format of this file. */
  readonly v: 1;
  /** VTEP address. */
  readonly vtep: string;
  /** MTU of the underlay device, bytes. */
  readonly mtu: number;
  /** UDP port of VXLAN. */
  readonly port: number;
  /** The node's own network namespace as `net:[INODE]`, to tell a pod's from it. */
  readonly nodeNetns: string;
}

const schema = z.object({
  v: z.literal(1),
  vtep: z.string(),
  mtu: z.int(),
  port: z.int(),
  nodeNetns: z.string(),
});

/** Reads the file's text; undefined when it is not of this format. */
export function parseNodeFacts(text: string): NodeFacts | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function renderNodeFacts(facts: NodeFacts): string {
  return JSON.stringify(facts, null, 2) + "\n";
}

/** Outer Ethernet, IP, UDP and VXLAN headers (RFC 7348 section 5): 50 bytes over IPv4, 70 over IPv6. */
export function vxlanOverhead(vtep: string): number {
  return vtep.includes(":") ? 70 : 50;
}

/** How a network namespace is called by readlink(2) on its /proc entry. */
export function netnsId(inode: number): string {
  return `net:[${inode}]`;
}
