// The LAN of the nodes themselves: no pod is on it, so every node is known before its first LAN.
import type { Lan } from "./lan.ts";

/**
 * A node that is on no LAN says nothing in EVPN. Its first frames would come to nodes that have not
 * heard of it. No configuration can have this suffix, and one with this VNI is refused
 * (`cni/config.ts`), also where this LAN does not stand yet.
 */
export const NODES_LAN: Lan = { name: "nodes", suffix: "~vtep", vni: 7_169_388 };
