// VXLAN packets that a pod has no right to send, by each way that a cluster offers.
import assert from "node:assert/strict";
import { eventually } from "../../tests/fixture/eventually.ts";
import { countForgedIn, FORGED, type Forgery } from "../../tests/fixture/forger.ts";
import { addressOf, type Cluster, WORKERS } from "./cluster.ts";
import { enterPod, Intruder } from "./intruder.ts";
import { LABEL } from "./lan_pods.ts";
import type { Pod } from "./pods.ts";

/** The pod network of the cluster. */
const PODS = "10.244.0.0/16";

/**
 * What of {@link FORGED} packets enters a LAN that has a pod on each worker, by the way that the
 * packets have taken.
 */
export async function forgeVxlan(
  cluster: Cluster,
  mallory: Intruder,
  [near, far]: readonly [Pod, Pod],
  vni: number,
): Promise<Record<string, number>> {
  const [own, other] = await Promise.all(WORKERS.map((node) => addressOf(cluster, node)));
  const entries = [await enterPod(cluster, near), await enterPod(cluster, far)] as const;
  const count = (at: 0 | 1, forgery: Omit<Forgery, "vni">, by = mallory) =>
    countForgedIn(entries[at], () => by.forge({ ...forgery, vni }));
  const droppedBefore = await countDropped(cluster);
  const direct = {
    "by a host that is no node": await count(0, { to: own! }, Intruder.outside(cluster)),
    "to its own node": await count(0, { to: own! }),
    "to its own node as the other one": await count(0, { to: own!, from: other! }),
    "to the other node": await count(1, { to: other! }),
    "to the other node as its own one": await count(1, { to: other!, from: own! }),
  };
  await masquerade(cluster, "--append");
  const masqueraded = { "to the other node, masqueraded": await count(1, { to: other! }) };
  const [toOwn, toOther] = await Promise.all([
    addService(cluster, "to-own", own!),
    addService(cluster, "to-other", other!),
  ]);
  const byService = {
    "by a Service to its own node": await count(0, { to: toOwn }),
    "by a Service to the other node": await count(1, { to: toOther }),
  };
  await masquerade(cluster, "--delete");
  await cluster.kubectl(["delete", "services,endpointslices", "--selector", LABEL]);
  // What has a false source may be dropped by the kernel before.
  const dropped = await countDropped(cluster) - droppedBefore;
  assert.ok(dropped >= 6 * FORGED, `the filters have dropped ${dropped} packets alone`);
  return { ...direct, ...masqueraded, ...byService };
}

/** Has pods' packets to other nodes leave as their node's, as flannel and Calico do. */
async function masquerade(cluster: Cluster, action: "--append" | "--delete"): Promise<void> {
  const rule = ["--source", PODS, "--out-interface", "eth0", "--jump", "MASQUERADE"];
  await cluster.on("node1", ["iptables", "--wait", "-t", "nat", action, "POSTROUTING", ...rule]);
}

/** A Service that leads to a node's VXLAN port, as whoever may write EndpointSlices makes it. */
async function addService(cluster: Cluster, name: string, node: string): Promise<string> {
  const metadata = { name, labels: { e2e: "lan", "kubernetes.io/service-name": name } };
  const ports = [{ name: "vxlan", port: 4789, protocol: "UDP" }];
  const service = { apiVersion: "v1", kind: "Service", metadata, spec: { ports } };
  const slice = {
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata },
    ...{ addressType: "IPv4", endpoints: [{ addresses: [node] }], ports },
  };
  const list = { apiVersion: "v1", kind: "List", items: [service, slice] };
  await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(list));
  const { spec } = await cluster.get<{ spec: { clusterIP: string } }>("service", name);
  const leadsThere = `--to-destination ${node}:4789`;
  await eventually(
    async () => (await cluster.on("node1", ["iptables-save"])).includes(leadsThere),
    30,
    `kube-proxy does not know the Service ${name}`,
  );
  return spec.clusterIP;
}

// `nft list counters` of 1.0.6 ends with a segmentation fault where a table is named.
const LIST = ["nft", "list", "table", "inet", "megalos"];

/** How many packets the filters of both workers have dropped. */
async function countDropped(cluster: Cluster): Promise<number> {
  const said = await Promise.all(WORKERS.map((node) => cluster.on(node, LIST)));
  return said.flatMap((text) => [...text.matchAll(/packets (\d+)/g)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
}
