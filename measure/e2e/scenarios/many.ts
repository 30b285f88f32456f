// Twenty pods at once on two nodes, five LANs: all start, none at a second try.
import assert from "node:assert/strict";
import { WORKERS } from "../cluster.ts";
import { createLanPods, joinLans, LABEL, type LanPod, removeLanPods } from "../lan_pods.ts";
import { awaitNoTraces } from "../leftovers.ts";
import { awaitPing, awaitReady, countFailedSandboxes, type Pod } from "../pods.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";

const LANS = 5;
const PODS: readonly LanPod[] = Array.from({ length: 20 }, (_, index) => ({
  name: `many-${index}`,
  node: WORKERS[index % 2] ?? WORKERS[0],
  lan: `many-${index % LANS}`,
  vni: 50 + index % LANS,
  address: `10.5.${index % LANS}.${1 + Math.floor(index / LANS)}`,
}));

export const scenario: Scenario = {
  name: "many",
  title: "20 pods at once on 2 nodes, none failed",
  async run({ cluster }: Stage) {
    const failedBefore = await countFailedSandboxes(cluster);
    let pods: readonly Pod[] = [];
    const readySeconds = await timed(async () => {
      await createLanPods(cluster, PODS);
      pods = await awaitReady(cluster, LABEL, PODS.length);
    });
    const joinSeconds = await timed(() => joinLans(cluster, PODS, pods));
    assert.equal(await countFailedSandboxes(cluster) - failedBefore, 0, "sandboxes failed");
    for (let lan = 0; lan < LANS; lan++) {
      // The first pod of a LAN and the second are on different nodes, because LANS is odd.
      await awaitPing(cluster, `many-${lan}`, `10.5.${lan}.2`);
    }
    const deleteSeconds = await timed(() => removeLanPods(cluster, pods));
    await awaitNoTraces(cluster, 60);
    return { manyReadySeconds: readySeconds, manyJoinSeconds: joinSeconds, deleteSeconds };
  },
};
