// Megalos on the cluster: the manifests as users apply them, until all sessions are Established.
import { eventually } from "../../tests/fixture/eventually.ts";
import { ROOT } from "../../tools/checkout.ts";
import { type Cluster, NODES } from "./cluster.ts";
import { listPods } from "./pods.ts";

export const DEPLOY = `${ROOT}/deploy`;
export const MANIFEST = `${DEPLOY}/kathara-daemonset.yml`;
export const EXAMPLE = `${DEPLOY}/examples/network.yaml`;
export const KUBE_SYSTEM = ["--namespace", "kube-system"] as const;
export const REFLECTOR = "deployment/kube-kathara-control-plane";
export const SECOND_REFLECTOR = "deployment/kube-kathara-control-plane-2";
export const WORKERS = "daemonset/kube-kathara-worker-ds";

export async function apply(cluster: Cluster, file: string): Promise<void> {
  await applyText(cluster, await Deno.readTextFile(file));
}

export async function applyText(cluster: Cluster, manifest: string): Promise<void> {
  await cluster.kubectl(["apply", "-f", "-"], manifest);
}

/** Deletes what is in the file, and waits until it is gone. */
export async function remove(cluster: Cluster, file: string): Promise<void> {
  const args = ["delete", "--ignore-not-found", "--wait=true", "-f", "-"];
  await cluster.kubectl(args, await Deno.readTextFile(file));
}

/** Applies the manifest, or an overlay's, and waits until the installation carries LANs. */
export async function install(
  cluster: Cluster,
  manifest?: string,
  reflectors: readonly string[] = [REFLECTOR],
): Promise<void> {
  await applyText(cluster, manifest ?? await Deno.readTextFile(MANIFEST));
  for (const what of [...reflectors, WORKERS]) await awaitRollout(cluster, what);
  for (const reflector of reflectors) await awaitEstablished(cluster, NODES.length, reflector);
}

/** Waits until all pods of a Deployment or DaemonSet are of its newest form and ready. */
export async function awaitRollout(cluster: Cluster, what: string, seconds = 120): Promise<void> {
  await cluster.kubectl([...KUBE_SYSTEM, "rollout", "status", what, `--timeout=${seconds}s`]);
}

/** Starts the pods of a Deployment or DaemonSet anew, and waits until they are ready. */
export async function restart(cluster: Cluster, what: string): Promise<void> {
  await cluster.kubectl([...KUBE_SYSTEM, "rollout", "restart", what]);
  await awaitRollout(cluster, what);
}

/** The address of the reflector's pod. */
export async function findReflector(cluster: Cluster): Promise<string> {
  const pods = await listPods(cluster, "k8s-app=kathara-master", "kube-system");
  const reflector = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (reflector?.status.podIP === undefined) {
    throw new Error("Cannot find the reflector: no pod of it has an address");
  }
  return reflector.status.podIP;
}

/** Waits until a reflector has so many Established sessions. */
export async function awaitEstablished(
  cluster: Cluster,
  count: number,
  reflector = REFLECTOR,
): Promise<void> {
  let seen = "";
  await eventually(
    async () => {
      const done = await cluster.tryKubectl([
        ...[...KUBE_SYSTEM, "exec", reflector, "--container", "manager", "--"],
        ...["vtysh", "-c", "show bgp l2vpn evpn summary json"],
      ]);
      seen = done.stdout + done.stderr;
      return done.reason === "success" && seen.split('"state":"Established"').length - 1 === count;
    },
    60,
    () => `${reflector} has not all of ${count} sessions Established:\n${seen}`,
  );
}

/** Takes the installation back, as README says. */
export async function uninstall(cluster: Cluster): Promise<void> {
  const file = `${DEPLOY}/uninstall.yml`;
  await remove(cluster, MANIFEST);
  await apply(cluster, file);
  await awaitRollout(cluster, "daemonset/kathara-uninstall");
  await remove(cluster, file);
}

/** Pods of ours in kube-system that are not ready, and the ends of their logs. */
export async function describeTrouble(cluster: Cluster): Promise<string> {
  const said: string[] = [];
  for (
    const args of [
      ["get", "pods", "--all-namespaces", "-o", "wide"],
      ["get", "events", "--all-namespaces", "--sort-by=.lastTimestamp"],
      [
        ...["logs", ...KUBE_SYSTEM, "--selector", "app.kubernetes.io/name=megalos"],
        ...["--all-containers", "--prefix", "--tail=15"],
      ],
    ]
  ) {
    const done = await cluster.tryKubectl(args);
    said.push(`$ kubectl ${args.join(" ")}`, ...(done.stdout + done.stderr).split("\n").slice(-60));
  }
  return said.join("\n");
}
