// The overlays as users apply them over a running installation, and back.
import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import {
  applyText,
  awaitRollout,
  DEPLOY,
  install,
  REFLECTOR,
  restart,
  SECOND_REFLECTOR,
} from "../installation.ts";
import { listPods } from "../pods.ts";
import { timed } from "../progress.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk } from "../talk.ts";

const KUBE_SYSTEM = ["--namespace", "kube-system"] as const;

export const scenario: Scenario = {
  name: "overlays",
  title: "two reflectors, of which either may be restarted without loss; a password",
  async run({ cluster, say }: Stage) {
    const losses = await haveTwoReflectors(cluster, say);
    const passwordSeconds = await timed(() => havePassword(cluster));
    await install(cluster);
    return { ...losses, passwordSeconds };
  },
};

async function haveTwoReflectors(cluster: Cluster, say: Stage["say"]) {
  const both = [REFLECTOR, SECOND_REFLECTOR];
  await install(cluster, await cluster.kustomize(`${DEPLOY}/overlays/two-reflectors`), both);
  say("two reflectors, with sessions from all nodes");
  const talk = await Talk.start(cluster);
  const firstLossMs = await talk.measureLoss(() => restart(cluster, REFLECTOR));
  const secondLossMs = await talk.measureLoss(() => restart(cluster, SECOND_REFLECTOR));
  await talk.end();
  assert.ok(firstLossMs + secondLossMs < 100, `lost ${firstLossMs} and ${secondLossMs} ms`);
  await cluster.kubectl([...KUBE_SYSTEM, "delete", SECOND_REFLECTOR, "service/kathara-master-2"]);
  return { firstLossMs, secondLossMs };
}

/** There is no cluster DNS here, so the reflector's pod stands in the list by its address. */
async function havePassword(cluster: Cluster): Promise<void> {
  const secret = ["secret", "generic", "kathara-bgp", "--from-literal=password=e2e"];
  await cluster.kubectl([...KUBE_SYSTEM, "create", ...secret]);
  const overlay = await cluster.kustomize(`${DEPLOY}/overlays/password`);
  await applyText(cluster, overlay);
  await awaitRollout(cluster, REFLECTOR);
  const pods = await listPods(cluster, "k8s-app=kathara-master", "kube-system");
  const reflector = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  const address = reflector?.status.podIP ?? "";
  await install(cluster, overlay.replaceAll(/kathara-master-pod\.\S+/g, address));
  await cluster.kubectl([
    ...KUBE_SYSTEM,
    "delete",
    "secret/kathara-bgp",
    "service/kathara-master-pod",
  ]);
}
