// The overlays as users apply them over a running installation, and back.
import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import {
  DEPLOY,
  install,
  KUBE_SYSTEM,
  REFLECTOR,
  restart,
  SECOND_REFLECTOR,
} from "../installation.ts";
import { haveNoPassword, havePassword } from "../password.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk } from "../talk.ts";

const SECOND_SERVICES = ["service/kathara-master-2", "service/kathara-master-pod-2"] as const;

export const scenario: Scenario = {
  name: "overlays",
  title: "two reflectors, of which either may be restarted without loss; a password",
  async run({ cluster, say }: Stage) {
    const losses = await haveTwoReflectors(cluster, say);
    const passwordSeconds = await timed(() => havePassword(cluster, "e2e"));
    await haveNoPassword(cluster);
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
  // Its pods are gone when the answer comes.
  const gone = ["--cascade=foreground", SECOND_REFLECTOR, ...SECOND_SERVICES];
  await cluster.kubectl([...KUBE_SYSTEM, "delete", ...gone]);
  // The overlay has changed the first reflector, too.
  await install(cluster);
  return { firstLossMs, secondLossMs };
}
