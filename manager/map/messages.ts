// What the map's page is told, as server-sent events whose data is JSON. Types alone.
import type { Level } from "../events/event.ts";
import type { NodeView } from "../view/view.ts";

/** A node, told whole whenever something of it has changed; its inventory has no events. */
export type MapNode = NodeView;

/**
 * Of a port, as its pod sees it, since the port was made: bytes received and sent, packets received
 * and sent, packets dropped, errors.
 */
export type Counts = readonly [
  rxBytes: number,
  txBytes: number,
  rxPackets: number,
  txPackets: number,
  dropped: number,
  errors: number,
];

/** Counters of the ports of a node that have changed; of all ports in a snapshot. */
export interface NodeCounts {
  /** When they were read: ms since 1970, by the node's clock. */
  readonly time: number;
  /** By the names of the ports. */
  readonly ports: Readonly<Record<string, Counts>>;
}

/** By the nodes' addresses. A node that has not answered is not there. */
export type ClusterCounts = Readonly<Record<string, NodeCounts>>;

export interface MapEvent {
  readonly number: number;
  /** In UTC (RFC 3339). */
  readonly time: string;
  readonly node: string;
  readonly level: Level;
  /** Harmless, on one line. */
  readonly text: string;
}

/** By the names of the server-sent events. */
export interface MapMessages {
  /** All there is: the first message, and whenever a viewer has been too slow. */
  readonly snapshot: {
    readonly version: string;
    readonly nodes: readonly MapNode[];
    readonly counts: ClusterCounts;
    readonly events: readonly MapEvent[];
  };
  /** Nodes that have changed, and the addresses of those that are gone. */
  readonly nodes: { readonly put: readonly MapNode[]; readonly gone: readonly string[] };
  /** About once a second, also where nothing has changed: whoever hears nothing has no line. */
  readonly counts: ClusterCounts;
  /** New ones. */
  readonly events: readonly MapEvent[];
}
