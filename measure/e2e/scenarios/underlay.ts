// LANs on another device of the nodes than that of their addresses in Kubernetes.
import assert from "node:assert/strict";
import { type Cluster, NODES } from "../cluster.ts";
import { timed } from "../figures.ts";
import { awaitEstablished, awaitRollout, install, KUBE_SYSTEM, WORKERS } from "../installation.ts";
import { listPods } from "../pods.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk } from "../talk.ts";

const DEVICE = "lans0";
const addressOf = (at: number) => `10.98.0.1${at}`;

export const scenario: Scenario = {
  name: "underlay",
  title: "MEGALOS_UNDERLAY: LANs on a device of their own, and back",
  async run({ cluster, say }: Stage) {
    for (const [at, node] of NODES.entries()) {
      const add = ["link", "add", "link", "eth0", "name", DEVICE, "type", "macvlan"];
      await cluster.on(node, ["ip", ...add, "mode", "bridge"]);
      await cluster.on(node, ["ip", "address", "add", `${addressOf(at)}/24`, "dev", DEVICE]);
      await cluster.on(node, ["ip", "link", "set", "dev", DEVICE, "up"]);
    }
    const changeSeconds = await timed(() => setUnderlay(cluster, `MEGALOS_UNDERLAY=${DEVICE}`));
    say(`all nodes have sessions from addresses of ${DEVICE}`);
    const talk = await Talk.start(cluster);
    const { lans } = JSON.parse(
      await cluster.kubectl([
        ...[...KUBE_SYSTEM, "exec", await findWorker(cluster, "node1"), "--container", "manager"],
        ...["--", "manager", "status", "--json"],
      ]),
    ) as { lans: readonly { readonly vni: number; readonly remoteVteps: readonly string[] }[] };
    assert.deepEqual(lans.find(({ vni }) => vni === 40)?.remoteVteps, [addressOf(2)]);
    await talk.end();

    await setUnderlay(cluster, "MEGALOS_UNDERLAY-");
    for (const node of NODES) await cluster.on(node, ["ip", "link", "delete", "dev", DEVICE]);
    await install(cluster);
    return { changeSeconds };
  },
};

/** @param words as `kubectl set env` takes them */
async function setUnderlay(cluster: Cluster, words: string): Promise<void> {
  const manager = ["--containers", "manager"];
  await cluster.kubectl([...KUBE_SYSTEM, "set", "env", WORKERS, ...manager, words]);
  await awaitRollout(cluster, WORKERS);
  await awaitEstablished(cluster, NODES.length);
}

/** The worker's pod on a node. */
async function findWorker(cluster: Cluster, node: string): Promise<string> {
  const pods = await listPods(cluster, "k8s-app=kathara-worker", "kube-system");
  const found = pods.find(({ metadata, spec }) =>
    spec.nodeName === node && metadata.deletionTimestamp === undefined
  );
  assert.ok(found !== undefined, `${node} has no worker`);
  return found.metadata.name;
}
