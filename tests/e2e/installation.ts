// Megalos on the cluster: the manifests as users apply them, until all sessions are Established.
import { eventually } from "../fixture/eventually.ts";
import { ROOT } from "../../tools/checkout.ts";
import { type Cluster, NODES } from "./cluster.ts";

export const DEPLOY = `${ROOT}/deploy`;
export const MANIFEST = `${DEPLOY}/kathara-daemonset.yml`;
export const EXAMPLE = `${DEPLOY}/examples/network.yaml`;
const KUBE_SYSTEM = ["--namespace", "kube-system"] as const;
const REFLECTOR = "deployment/kube-kathara-control-plane";
const WORKERS = "daemonset/kube-kathara-worker-ds";

export async function apply(cluster: Cluster, file: string): Promise<void> {
  await cluster.kubectl(["apply", "-f", "-"], await Deno.readTextFile(file));
}

/** Deletes what is in the file, and waits until it is gone. */
export async function remove(cluster: Cluster, file: string): Promise<void> {
  const args = ["delete", "--ignore-not-found", "--wait=true", "-f", "-"];
  await cluster.kubectl(args, await Deno.readTextFile(file));
}

/** Applies the manifest, where it is not yet, and waits until the installation carries LANs. */
export async function install(cluster: Cluster): Promise<void> {
  await apply(cluster, MANIFEST);
  await awaitRollout(cluster, REFLECTOR);
  await awaitRollout(cluster, WORKERS);
  await awaitEstablished(cluster, NODES.length);
}

async function awaitRollout(cluster: Cluster, what: string, seconds = 120): Promise<void> {
  await cluster.kubectl([...KUBE_SYSTEM, "rollout", "status", what, `--timeout=${seconds}s`]);
}

/** Starts all workers' pods, or the reflector's, anew, and waits until they are ready. */
export async function restart(cluster: Cluster, what: "workers" | "reflector"): Promise<void> {
  const name = what === "workers" ? WORKERS : REFLECTOR;
  await cluster.kubectl([...KUBE_SYSTEM, "rollout", "restart", name]);
  await awaitRollout(cluster, name);
}

/** Waits until the reflector has so many Established sessions. */
export async function awaitEstablished(cluster: Cluster, count: number): Promise<void> {
  let seen = "";
  await eventually(
    async () => {
      const done = await cluster.tryKubectl([
        ...[...KUBE_SYSTEM, "exec", REFLECTOR, "--container", "manager", "--"],
        ...["vtysh", "-c", "show bgp l2vpn evpn summary json"],
      ]);
      seen = done.stdout + done.stderr;
      return done.reason === "success" && seen.split('"state":"Established"').length - 1 === count;
    },
    60,
    () => `not all of ${count} sessions are Established:\n${seen}`,
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
