// Plays Multus where there is none.
// It calls the installed plugin on the node, with the environment that Multus gives the plugin.
import { describe } from "../../shared/process/command.ts";
import type { Cluster } from "./cluster.ts";
import { findSandbox, NETWORKS, type Pod } from "./pods.ts";

/** One wish of the annotation by which Multus is asked. */
interface Wish {
  readonly name: string;
  readonly interface: string;
}

/** What a plugin answers: nothing when it succeeded at DEL, a result, or an error with a code. */
export interface Answer {
  readonly code?: number;
  readonly msg?: string;
}

/**
 * Gives pods the interfaces that their annotations wish for. With Multus they have them already.
 */
export async function attach(cluster: Cluster, pods: readonly Pod[]): Promise<void> {
  await callForAll(cluster, pods, "ADD");
}

/** Takes the interfaces back, before the pods are deleted. */
export async function detach(cluster: Cluster, pods: readonly Pod[]): Promise<void> {
  await callForAll(cluster, pods, "DEL");
}

async function callForAll(cluster: Cluster, pods: readonly Pod[], verb: "ADD" | "DEL") {
  if (cluster.options.multus !== "none") return;
  const answers = await Promise.all(pods.map((pod) => callPlugin(cluster, pod, verb)));
  const failed = answers.flat().filter(({ code }) => code !== undefined);
  if (failed.length > 0) throw new Error(`Cannot ${verb}: ${JSON.stringify(failed)}`);
}

/** Calls the plugin for each interface that the pod wishes for. */
export async function callPlugin(
  cluster: Cluster,
  pod: Pod,
  verb: "ADD" | "DEL",
): Promise<readonly Answer[]> {
  const wishes = JSON.parse(pod.metadata.annotations?.[NETWORKS] ?? "[]") as readonly Wish[];
  const { id, netns } = await findSandbox(cluster, pod);
  const answers: Answer[] = [];
  for (const wish of wishes) {
    const { spec } = await cluster.get<{ spec: { config: string } }>(
      ...["network-attachment-definitions", wish.name],
    );
    const variables = environment(pod, verb, id, netns, wish.interface);
    const argv = ["env", "-i", ...variables, "/opt/cni/bin/megalos"];
    const done = await cluster.tryOn(pod.spec.nodeName ?? "", argv, spec.config);
    if (done.stdout === "" && done.reason !== "success") throw new Error(describe(done));
    answers.push(done.stdout === "" ? {} : JSON.parse(done.stdout) as Answer);
  }
  return answers;
}

function environment(
  { metadata: { namespace, name, uid } }: Pod,
  verb: string,
  id: string,
  netns: string,
  ifname: string,
): string[] {
  const args = {
    IgnoreUnknown: "true",
    K8S_POD_NAMESPACE: namespace,
    K8S_POD_NAME: name,
    K8S_POD_INFRA_CONTAINER_ID: id,
    K8S_POD_UID: uid,
  };
  const variables = {
    HOME: "/",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    CNI_COMMAND: verb,
    CNI_CONTAINERID: id,
    CNI_NETNS: netns,
    CNI_IFNAME: ifname,
    CNI_PATH: "/opt/cni/bin",
    CNI_ARGS: Object.entries(args).map(([key, value]) => `${key}=${value}`).join(";"),
  };
  return Object.entries(variables).map(([key, value]) => `${key}=${value}`);
}
