// The overlays as users apply them over a running installation, and back.
import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import {
  DEPLOY,
  install,
  MANIFEST,
  REFLECTOR,
  restart,
  SECOND_REFLECTOR,
} from "../installation.ts";
import { listPods } from "../pods.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk } from "../talk.ts";

const KUBE_SYSTEM = ["--namespace", "kube-system"] as const;
const SECOND_SERVICES = ["service/kathara-master-2", "service/kathara-master-pod-2"] as const;

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
  await cluster.kubectl([...KUBE_SYSTEM, "delete", SECOND_REFLECTOR, ...SECOND_SERVICES]);
  return { firstLossMs, secondLossMs };
}

/**
 * There is no cluster DNS here, so the reflector's pod stands in the list by its address. The plain
 * manifest has the password as soon as its Secret is there.
 */
async function havePassword(cluster: Cluster): Promise<void> {
  const secret = ["secret", "generic", "kathara-bgp", "--from-literal=password=e2e"];
  await cluster.kubectl([...KUBE_SYSTEM, "create", ...secret]);
  await restart(cluster, REFLECTOR);
  const pods = await listPods(cluster, "k8s-app=kathara-master", "kube-system");
  const reflector = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  const address = reflector?.status.podIP ?? "";
  const manifest = await Deno.readTextFile(MANIFEST);
  const withAddress = manifest.replace(/kathara-master-pod\.kube-system\.svc\/\S+/, address);
  assert.notEqual(withAddress, manifest);
  await install(cluster, withAddress);
  await cluster.kubectl([...KUBE_SYSTEM, "delete", "secret/kathara-bgp"]);
  await restart(cluster, REFLECTOR);
}
