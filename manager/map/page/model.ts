// What the page shows, made of the nodes that it is told: devices, LANs, ports and problems. Pure.
import type { PortInfo } from "../../inventory/inventory.ts";
import type { MapNode } from "../messages.ts";
import { count } from "./format.ts";
import { keyOf } from "./rates.ts";

/** A device's end on a LAN. */
export interface Port {
  readonly key: string;
  readonly node: MapNode;
  readonly device: string;
  readonly lan: string;
  readonly info: PortInfo;
  /** "lost": its node has no line. */
  readonly state: PortInfo["state"] | "lost";
}

/** A pod, or what is known of it. */
export interface Device {
  readonly key: string;
  readonly node: MapNode;
  /** The pod's name, or the port's. */
  readonly title: string;
  readonly namespace: string | undefined;
  readonly ports: readonly Port[];
}

export interface MapLan {
  readonly key: string;
  readonly name: string;
  readonly suffix: string;
  readonly vni: number;
  readonly ports: readonly Port[];
  /** Where it is, and how its tunnel is there. */
  readonly on: readonly {
    readonly node: MapNode;
    readonly vxlan: "up" | "down" | "missing";
    readonly mtu: number;
  }[];
}

export interface Model {
  readonly nodes: readonly MapNode[];
  readonly ports: readonly Port[];
  readonly devices: ReadonlyMap<string, Device>;
  readonly lans: ReadonlyMap<string, MapLan>;
  /** Names of namespaces. */
  readonly labs: readonly string[];
}

const isHere = ({ state }: MapNode) => state === "here" || state === "connected";

export function makeModel(nodes: readonly MapNode[]): Model {
  const ports = nodes.flatMap((node) =>
    node.inventory?.ports.map((info) => toPort(node, info)) ?? []
  );
  const byDevice = Map.groupBy(ports, ({ device }) => device);
  const devices = new Map([...byDevice].map(([key, all]): [string, Device] => {
    const { node, info: { namespace, pod, port } } = all[0]!;
    return [key, { key, node, namespace, title: pod ?? port, ports: all }];
  }));
  const labs = new Set(ports.map(({ info }) => info.namespace).filter((one) => one !== undefined));
  return { nodes, ports, devices, lans: findLans(nodes, ports), labs: [...labs].sort() };
}

function toPort(node: MapNode, info: PortInfo): Port {
  const { port, namespace, pod, vni, lan, state } = info;
  const owner = pod === undefined ? `port ${port}` : `pod ${namespace}/${pod}`;
  return {
    ...{ key: keyOf(node.address, port), node, info },
    device: keyOf(node.address, owner),
    lan: `${vni} ${lan}`,
    state: isHere(node) ? state : "lost",
  };
}

function findLans(nodes: readonly MapNode[], ports: readonly Port[]): Map<string, MapLan> {
  const byLan = Map.groupBy(ports, ({ lan }) => lan);
  const told = nodes.flatMap((node) =>
    node.inventory?.lans.map((lan) => ({
      node,
      lan,
      key: `${lan.vni} ${lan.name}-${lan.suffix}`,
    })) ??
      []
  );
  const byKey = Map.groupBy(told, ({ key }) => key);
  const lans = new Map<string, MapLan>();
  for (const key of new Set([...byKey.keys(), ...byLan.keys()])) {
    const all = byKey.get(key) ?? [];
    const mine = byLan.get(key) ?? [];
    const { name, suffix, vni } = all[0]?.lan ??
      { name: mine[0]!.info.lan, suffix: "", vni: mine[0]!.info.vni };
    const on = all.map(({ node, lan: { vxlan, mtu } }) => ({ node, vxlan: vxlan.state, mtu }));
    lans.set(key, { key, name, suffix, vni, ports: mine, on });
  }
  return new Map([...lans].sort(([, one], [, other]) => one.vni - other.vni));
}

/** What is to be seen of all. */
export interface Filter {
  readonly text: string;
  /** A namespace; "" stands for all. */
  readonly lab: string;
  /** A LAN's key; "" stands for all. */
  readonly lan: string;
}

/** Ports of the lab and LAN that are chosen. */
export function choosePorts({ ports }: Model, { lab, lan }: Filter): Port[] {
  return ports.filter((port) =>
    (lab === "" || port.info.namespace === lab) && (lan === "" || port.lan === lan)
  );
}

/** More than this is no picture any more: a lab or LAN has to be chosen. */
const MOST_DEVICES = 1_500;
/** A device may have thousands of interfaces, each on a LAN of its own. */
const MOST_LINKS = 6_000;

/** What is more than can be drawn; undefined where nothing is. */
export function findTooMany(ports: readonly Port[]): string | undefined {
  if (ports.length > MOST_LINKS) return count(MOST_LINKS, "link");
  const devices = new Set(ports.map(({ device }) => device));
  return devices.size > MOST_DEVICES ? count(MOST_DEVICES, "device") : undefined;
}

/** Whether a port has all words of the search in it. */
export function matches({ info, node, state }: Port, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return true;
  const { namespace = "", pod = "", port, lan, vni, mac = "", interface: ifname = "" } = info;
  const all = [`${namespace}/${pod}`, port, lan, `vni ${vni}`, mac, ifname, node.name, state]
    .join(" ").toLowerCase();
  return words.every((word) => all.includes(word));
}

/** FRR's daemons that a manager needs. */
const DAEMONS = ["bgpd", "watchfrr", "zebra"] as const;

export interface Problem {
  /** Address of the node that it is about. */
  readonly address: string;
  readonly node: string;
  readonly text: string;
}

const STATES: Readonly<Record<string, string>> = {
  lost: "its line to the reflector has ended",
  "no-line": "it has a BGP session and no line; its manager may be of an earlier version",
  "other-version": "its manager speaks another version",
  "too-large": "it has more than is taken",
};

/** What is wrong, node by node. */
export function findProblems({ nodes, lans }: Model): Problem[] {
  const byNode = nodes.flatMap((node): Problem[] => {
    const { address, name, state, inventory } = node;
    const say = (text: string): Problem => ({ address, node: name, text });
    if (STATES[state] !== undefined) return [say(STATES[state])];
    if (inventory === undefined) return [];
    const missing = DAEMONS.filter((daemon) => !inventory.daemons.includes(daemon));
    return [
      ...missing.map((daemon) => say(`${daemon} is down`)),
      ...inventory.sessions.filter((one) => one.state !== "Established").map((one) =>
        say(`its BGP session with ${one.hostname ?? one.peer} is down (${one.state})`)
      ),
      ...inventory.sessions.length === 0 && node.role === "worker" && missing.length === 0
        ? [say("it has no BGP session")]
        : [],
      ...inventory.portsLeftOut > 0
        ? [say(`${inventory.portsLeftOut} of its devices are not shown`)]
        : [],
    ];
  });
  const byLan = [...lans.values()].flatMap(({ name, vni, on }) =>
    on.filter(({ vxlan }) => vxlan !== "up").map(({ node, vxlan }): Problem => ({
      address: node.address,
      node: node.name,
      text: `the tunnel of LAN ${name} (VNI ${vni}) is ${vxlan}`,
    }))
  );
  return [...byNode, ...byLan];
}
