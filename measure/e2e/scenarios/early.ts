// Pods that come before the manager are refused with code 11, "try again later", and start with it.
import assert from "node:assert/strict";
import { eventually } from "../../../tests/fixture/eventually.ts";
import { callPlugin } from "../attach.ts";
import type { Cluster } from "../cluster.ts";
import { install, MANIFEST, remove } from "../installation.ts";
import { createLanPods, joinLans, LABEL, type LanPod, removeLanPods } from "../lan_pods.ts";
import { awaitReady, listPods } from "../pods.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";

const EARLY: LanPod = { name: "early", node: "node2", lan: "early", vni: 30, address: "10.3.0.1" };

export const scenario: Scenario = {
  name: "early",
  title: "a pod on a node that has just started waits for the manager",
  async run({ cluster, say }: Stage) {
    await remove(cluster, MANIFEST);
    await cluster.kill(EARLY.node);
    await cluster.start(EARLY.node);
    await createLanPods(cluster, [EARLY]);
    say(`refused: ${await awaitRefusal(cluster)}`);
    const seconds = await timed(async () => {
      await install(cluster);
      const pods = await awaitReady(cluster, LABEL, 1, 180);
      await joinLans(cluster, [EARLY], pods);
    });
    await removeLanPods(cluster, await listPods(cluster, LABEL));
    return { earlySeconds: seconds };
  },
};

/** Waits until the plugin has refused the pod; answers what it said. */
async function awaitRefusal(cluster: Cluster): Promise<string> {
  if (cluster.options.multus === "none") {
    const [pod] = await awaitReady(cluster, LABEL, 1);
    assert.ok(pod !== undefined);
    const [answer] = await callPlugin(cluster, pod, "ADD");
    assert.equal(answer?.code, 11, JSON.stringify(answer));
    return answer?.msg ?? "";
  }
  let seen = "";
  return await eventually(
    async () => {
      const { items } = await cluster.get<{ items: readonly { readonly message: string }[] }>(
        ...["events", "--field-selector", `involvedObject.name=${EARLY.name}`],
      );
      seen = items.map(({ message }) => message).join("\n");
      return /Cannot learn about this node.*/.exec(seen)?.[0];
    },
    120,
    () => `the plugin has not refused the pod:\n${seen}`,
  );
}
