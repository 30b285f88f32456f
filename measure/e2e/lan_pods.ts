// Manifests of pods on LANs, for scenarios that need others than the example's.
import { attach, detach } from "./attach.ts";
import type { Cluster, NodeName } from "./cluster.ts";
import { awaitReady, NETWORKS, type Pod, tryInPod } from "./pods.ts";

/** A pod on one LAN. */
export interface LanPod {
  readonly name: string;
  readonly node: NodeName;
  /** The LAN's name; its VNI is `vni`. */
  readonly lan: string;
  readonly vni: number;
  /** An address such as `10.2.0.1`; the prefix has 24 bits. */
  readonly address: string;
}

/** Selects them. */
export const LABEL = "e2e=lan";
const INTERFACE = "net0";

/** Starts all of them at once, and waits until they are ready and have their addresses. */
export async function startLanPods(
  cluster: Cluster,
  wanted: readonly LanPod[],
): Promise<readonly Pod[]> {
  await createLanPods(cluster, wanted);
  const pods = await awaitReady(cluster, LABEL, wanted.length);
  await joinLans(cluster, wanted, pods);
  return pods;
}

export async function createLanPods(cluster: Cluster, wanted: readonly LanPod[]): Promise<void> {
  const lans = new Map(wanted.map((pod) => [pod.lan, renderLan(pod)]));
  const items = [...lans.values(), ...wanted.map(renderPod)];
  const list = { apiVersion: "v1", kind: "List", items };
  await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(list));
}

/** Attaches the pods where there is no Multus, and gives them their addresses. */
export async function joinLans(
  cluster: Cluster,
  wanted: readonly LanPod[],
  pods: readonly Pod[],
): Promise<void> {
  await attach(cluster, pods);
  await Promise.all(wanted.map(async ({ name, address }) => {
    const argv = ["ip", "address", "add", `${address}/24`, "dev", INTERFACE];
    if (await tryInPod(cluster, name, ...argv) === undefined) {
      throw new Error(`Cannot give ${name} its address: it has no ${INTERFACE}`);
    }
  }));
}

/** Deletes pods and LANs and waits until they are gone. */
export async function removeLanPods(cluster: Cluster, pods: readonly Pod[]): Promise<void> {
  await detach(cluster, pods);
  await cluster.kubectl(["delete", "pods,network-attachment-definitions", "--selector", LABEL]);
}

const labels = { e2e: "lan" };

function renderLan({ lan, vni }: LanPod) {
  const config = { cniVersion: "0.3.0", name: lan, type: "megalos", suffix: "e2e", vxlanId: vni };
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: lan, labels },
    spec: { config: JSON.stringify(config) },
  };
}

function renderPod({ name, node, lan }: LanPod) {
  const networks = JSON.stringify([{ name: lan, interface: INTERFACE }]);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels, annotations: { [NETWORKS]: networks } },
    spec: {
      nodeSelector: { "kubernetes.io/hostname": node },
      terminationGracePeriodSeconds: 1,
      containers: [{
        name: "shell",
        image: "localhost/busybox:1",
        imagePullPolicy: "Never",
        securityContext: { capabilities: { add: ["NET_ADMIN"] } },
      }],
    },
  };
}
