// What of a view is told to the map, and what of it has changed: pure.
import { tellOf } from "../events/render.ts";
import type { ShownEvent } from "../local/messages.ts";
import type { NodeView } from "../view/view.ts";
import type { ClusterCounts, Counts, MapEvent, NodeCounts } from "./messages.ts";

/** A node's view, and the JSON that the page is told of it. */
export interface ToldNode {
  readonly node: NodeView;
  readonly json: string;
}

/** By address. A node that is what it was before keeps its JSON: a reflector has many nodes. */
export function tellNodes(
  nodes: readonly NodeView[],
  before: ReadonlyMap<string, ToldNode>,
): Map<string, ToldNode> {
  return new Map(nodes.map((one) => {
    const was = before.get(one.address);
    // A manager has its own node since each look anew.
    const node = one.state === "here" && was !== undefined
      ? { ...one, since: was.node.since }
      : one;
    const isSame = was !== undefined && was.node.inventory === node.inventory &&
      was.node.state === node.state && was.node.since === node.since &&
      was.node.name === node.name;
    return [node.address, isSame ? was : { node, json: render(node) }];
  }));
}

/** Without what changes all the time, and what is told elsewhere. */
function render({ inventory, ...node }: NodeView): string {
  if (inventory === undefined) return JSON.stringify(node);
  const { counters: _, ...rest } = {
    ...inventory,
    time: node.since,
    events: [],
    ports: inventory.ports.map(({ counters: _, ...port }) => port),
    counters: undefined,
  };
  return JSON.stringify({ ...node, inventory: rest });
}

/** The data of a message "nodes"; undefined where nothing has changed. */
export function findNodeChange(
  before: ReadonlyMap<string, ToldNode>,
  after: ReadonlyMap<string, ToldNode>,
): string | undefined {
  const put = [...after].filter(([address, { json }]) => before.get(address)?.json !== json)
    .map(([, { json }]) => json);
  const gone = [...before.keys()].filter((address) => !after.has(address));
  if (put.length + gone.length === 0) return undefined;
  return `{"put":[${put}],"gone":${JSON.stringify(gone)}}`;
}

/** The counters of all nodes that have told some. */
export function readCounts(nodes: readonly NodeView[]): ClusterCounts {
  return Object.fromEntries(nodes.flatMap(({ address, inventory }) => {
    const counted = inventory?.ports.filter(({ counters }) => counters !== undefined) ?? [];
    const time = Date.parse(counted[0]?.counters?.time ?? "");
    if (Number.isNaN(time)) return [];
    const ports = Object.fromEntries(counted.map(({ port, counters }): [string, Counts] => {
      const { rxBytes, txBytes, rxPackets, txPackets, rxDropped, txDropped, rxErrors, txErrors } =
        counters!;
      const [dropped, errors] = [rxDropped + txDropped, rxErrors + txErrors];
      return [port, [rxBytes, txBytes, rxPackets, txPackets, dropped, errors]];
    }));
    return [[address, { time, ports }]];
  }));
}

/** What of the later counters differs; each node that has told them keeps its time. */
export function findCountChange(before: ClusterCounts, after: ClusterCounts): ClusterCounts {
  return Object.fromEntries(
    Object.entries(after).map(([address, { time, ports }]): [string, NodeCounts] => {
      const were = before[address]?.ports ?? {};
      const changed = Object.entries(ports).filter(([port, counts]) => {
        const was = were[port];
        return was === undefined || counts.some((count, at) => count !== was[at]);
      });
      return [address, { time, ports: Object.fromEntries(changed) }];
    }),
  );
}

/**
 * A worker says itself when something has happened. The page has the latest events first, and
 * nobody's stand before all others for good: none is later than it is told.
 */
export function tellEvent(event: ShownEvent, now: number): MapEvent {
  const { number, node } = event;
  const time = Date.parse(event.time) > now ? new Date(now).toISOString() : event.time;
  return { number, time, node, ...tellOf(event) };
}
