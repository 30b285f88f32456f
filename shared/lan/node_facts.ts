// The node's facts that a LAN's devices depend on, as the manager writes them for the plugin.
import * as z from "zod/mini";

/**
 * Contents of `/run/megalos/node.json`. They are always of this boot, because a boot empties /run
 * (FHS 3.0, section 3.15).
 */
export interface NodeFacts {
  /** Format of this file. */
  readonly v: 1;
  /** VTEP address. */
  readonly vtep: string;
  /** MTU of the underlay device, bytes. */
  readonly mtu: number;
  /** UDP port of VXLAN. */
  readonly vxlanPort: number;
  /** The node's own network namespace as `net:[INODE]`, to tell a pod's from it. */
  readonly nodeNetns: string;
  /** So many ports of LANs the node has, and takes no more. Missing where it takes more. */
  readonly mostPorts?: number;
  /** Of namespaces of Kubernetes that have so many ports that no more are taken. */
  readonly fullNamespaces?: readonly string[];
}

const schema = z.object({
  v: z.literal(1),
  vtep: z.string(),
  mtu: z.int(),
  port: z.int(),
  nodeNetns: z.string(),
  mostPorts: z.optional(z.int()),
  fullNamespaces: z.optional(z.array(z.string())),
});

/** Reads the file's text; undefined when it is not of this format. */
export function parseNodeFacts(text: string): NodeFacts | undefined {
  try {
    const { port: vxlanPort, mostPorts, fullNamespaces, ...rest } = schema.parse(JSON.parse(text));
    return {
      ...{ ...rest, vxlanPort },
      ...(mostPorts !== undefined && { mostPorts }),
      ...(fullNamespaces !== undefined && { fullNamespaces }),
    };
  } catch {
    return undefined;
  }
}

export function renderNodeFacts({ vxlanPort: port, ...rest }: NodeFacts): string {
  return JSON.stringify({ ...rest, port }, null, 2) + "\n";
}
