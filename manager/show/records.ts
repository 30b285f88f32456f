// What the commands tell of a view, as records with keys that stay: `--json` prints them. Pure.
import type { PortCounters } from "../inventory/inventory.ts";
import type { NodeView, View } from "../view/view.ts";

/** A node. docs/commands.md describes all keys. */
export interface NodeRecord {
  readonly node: string;
  readonly address: string;
  readonly role: string;
  readonly version: string | null;
  readonly state: NodeView["state"];
  readonly since: string;
  /** Null where it is not known. */
  readonly ready: boolean | null;
  readonly reasons: readonly string[];
  readonly daemons: readonly string[];
  readonly lans: number;
  readonly devices: number;
}

export interface LanRecord {
  readonly name: string;
  readonly suffix: string;
  readonly vni: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly mtu: number;
    readonly bridge: string;
    readonly vxlan: string;
  }[];
  /** How many. */
  readonly devices: number;
}

export interface DeviceRecord {
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly interface: string | null;
  readonly lan: string;
  readonly vni: number;
  readonly mac: string | null;
  readonly node: string;
  readonly state: "up" | "no-carrier" | "down" | "lost";
  readonly port: string;
  readonly counters: PortCounters | null;
}

export interface SessionRecord {
  readonly node: string;
  readonly peer: string;
  readonly hostname: string | null;
  readonly state: string;
  readonly since: string;
  readonly prefixesReceived: number;
  readonly prefixesSent: number;
}

export function nodeRecords({ nodes }: View): NodeRecord[] {
  return nodes.map(({ name, address, role, version, state, since, inventory }) => ({
    ...{ node: name, address, role, version: version === "" ? null : version, state, since },
    ready: inventory?.node.ready ?? null,
    reasons: inventory?.node.reasons ?? [],
    daemons: inventory?.daemons ?? [],
    lans: inventory?.lans.length ?? 0,
    devices: (inventory?.ports.length ?? 0) + (inventory?.portsLeftOut ?? 0),
  }));
}

/** By VNI; what two nodes call differently is two LANs, for someone has to see that. */
export function lanRecords({ nodes }: View): LanRecord[] {
  const onNodes = nodes.flatMap(({ name: node, inventory }) =>
    inventory?.lans.map((lan) => ({ node, lan })) ?? []
  );
  const devices = new Map<string, number>();
  for (const { lan, vni } of nodes.flatMap(({ inventory }) => inventory?.ports ?? [])) {
    const key = `${vni} ${lan}`;
    devices.set(key, (devices.get(key) ?? 0) + 1);
  }
  const keyOf = ({ lan: { vni, name, suffix } }: typeof onNodes[number]) =>
    `${vni} ${name}-${suffix}`;
  return [...Map.groupBy(onNodes, keyOf)].map(([key, all]): LanRecord => {
    const { name, suffix, vni } = all[0]!.lan;
    return {
      ...{ name, suffix, vni },
      nodes: all.map(({ node, lan: { mtu, bridge, vxlan } }) => ({
        ...{ node, mtu, bridge },
        vxlan: vxlan.state,
      })),
      devices: devices.get(key) ?? 0,
    };
  }).toSorted((one, other) => one.vni - other.vni);
}

export function deviceRecords({ nodes }: View): DeviceRecord[] {
  return nodes.flatMap(({ name: node, state: nodeState, inventory }) =>
    inventory?.ports.map((one): DeviceRecord => ({
      namespace: one.namespace ?? null,
      pod: one.pod ?? null,
      interface: one.interface ?? null,
      lan: one.lan,
      vni: one.vni,
      mac: one.mac ?? null,
      node,
      state: nodeState === "lost" ? "lost" : one.state,
      port: one.port,
      counters: one.counters ?? null,
    })) ?? []
  ).toSorted((one, other) =>
    one.vni - other.vni || (deviceTitle(one) < deviceTitle(other) ? -1 : 1)
  );
}

/** `NAMESPACE/POD`, or the port where nothing else is known. */
export function deviceTitle({ namespace, pod, port }: DeviceRecord): string {
  return pod === null ? port : `${namespace}/${pod}`;
}

export function sessionRecords({ nodes }: View): SessionRecord[] {
  return nodes.flatMap(({ name: node, inventory }) =>
    inventory?.sessions.map(({ peer, hostname, state, since, prefixesReceived, prefixesSent }) => ({
      ...{ node, peer, hostname: hostname ?? null, state, since, prefixesReceived, prefixesSent },
    })) ?? []
  );
}

/** The LANs of a VNI, of a name, or of a `NAME-SUFFIX`. */
export function findLans(lans: readonly LanRecord[], wanted: string): LanRecord[] {
  return lans.filter(({ name, suffix, vni }) =>
    [`${vni}`, name, `${name}-${suffix}`].includes(wanted)
  );
}
