// Pods on LANs: how Kubernetes shows them, how they are waited for, and how they are spoken to.
import { eventually } from "../../tests/fixture/eventually.ts";
import type { Cluster } from "./cluster.ts";

/** What the tests read of a pod. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    /** A pod that is about to end has this. */
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** A pod's annotation by which Multus is asked for interfaces, and the one by which it answers. */
export const NETWORKS = "k8s.v1.cni.cncf.io/networks";
export const NETWORK_STATUS = "k8s.v1.cni.cncf.io/network-status";

export async function listPods(
  cluster: Cluster,
  label: string,
  namespace = "default",
): Promise<readonly Pod[]> {
  const { items } = await cluster.get<{ items: readonly Pod[] }>(
    ...["pods", "--namespace", namespace, "--selector", label],
  );
  return items;
}

export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ??
    false;
}

/** Waits until as many pods as `count` have the label and all of them are ready. */
export function awaitReady(
  cluster: Cluster,
  label: string,
  count: number,
  seconds = 120,
): Promise<readonly Pod[]> {
  let seen: readonly Pod[] = [];
  return eventually(
    async () => {
      seen = await listPods(cluster, label);
      return seen.length === count && seen.every(isReady) && seen;
    },
    seconds,
    async () =>
      `${seen.filter(isReady).length} of ${count} pods are ready\n` +
      await cluster.kubectl(["describe", "pods", "--selector", label]),
  );
}

/** How often a pod's sandbox could not be made, by kubelet's count. */
export async function countFailedSandboxes(cluster: Cluster): Promise<number> {
  const { items } = await cluster.get<{ items: readonly { readonly count?: number }[] }>(
    ...["events", "--field-selector", "reason=FailedCreatePodSandBox"],
  );
  return items.reduce((sum, { count }) => sum + (count ?? 1), 0);
}

/**
 * Runs a command in a pod of the default namespace. Answers its stdout, or undefined when it fails.
 */
export async function tryInPod(
  cluster: Cluster,
  pod: string,
  ...argv: string[]
): Promise<string | undefined> {
  const done = await cluster.tryKubectl(["exec", pod, "--", ...argv]);
  return done.reason === "success" ? done.stdout : undefined;
}

/** Waits for the first answer to a ping, and throws when there is none. */
export async function awaitPing(
  cluster: Cluster,
  pod: string,
  address: string,
  seconds = 20,
): Promise<void> {
  await eventually(
    async () => (await tryInPod(cluster, pod, "ping", "-c", "1", "-W", "1", address)) !== undefined,
    seconds,
    `${pod} has no answer from ${address}`,
  );
}

// Arguments: pod. Where a pod has several sandboxes, those from before a restart of the node have
// no namespace any more.
const FIND_NETNS = `
for id in $(ctr -n k8s.io containers ls -q \\
  "labels.\\"io.kubernetes.pod.name\\"==$1,labels.\\"io.cri-containerd.kind\\"==sandbox"); do
  netns=$(ctr -n k8s.io containers info "$id" |
    jq -r '.Spec.linux.namespaces[] | select(.type == "network").path')
  if nsenter --net="$netns" true 2>/dev/null; then echo "$id $netns"; fi
done`;

/** A pod's sandbox on its node. */
export interface Sandbox {
  readonly id: string;
  readonly netns: string;
}

export async function findSandbox(cluster: Cluster, { metadata, spec }: Pod): Promise<Sandbox> {
  const said = await cluster.on(spec.nodeName ?? "", ["sh", "-c", FIND_NETNS, "sh", metadata.name]);
  const [id, netns] = said.trim().split(/\s+/);
  if (id === undefined || netns === undefined) {
    throw new Error(`Cannot find the sandbox of ${metadata.name}`);
  }
  return { id, netns };
}
