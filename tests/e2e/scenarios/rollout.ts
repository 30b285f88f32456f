// Manager and FRR of every node, then the reflector, are started anew while pods talk: what is lost is measured.
import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import { restart } from "../installation.ts";
import { type LanPod, removeLanPods, startLanPods } from "../lan_pods.ts";
import { awaitPing, findSandbox, type Pod } from "../pods.ts";
import type { Scenario, Stage } from "../scenario.ts";

const TALKERS: readonly LanPod[] = [
  { name: "talker-1", node: "node1", lan: "talk", vni: 40, address: "10.4.0.1" },
  { name: "talker-2", node: "node2", lan: "talk", vni: 40, address: "10.4.0.2" },
];
const INTERVAL_MS = 10;
const TALK_SECONDS = 45;

export const scenario: Scenario = {
  name: "rollout",
  title: "rollout restart of workers and reflector while pods talk",
  async run({ cluster }: Stage) {
    const pods = await startLanPods(cluster, TALKERS);
    await awaitPing(cluster, "talker-1", "10.4.0.2");
    const workerLossMs = await measureLoss(cluster, pods, () => restart(cluster, "workers"));
    const reflectorLossMs = await measureLoss(cluster, pods, () => restart(cluster, "reflector"));
    await removeLanPods(cluster, pods);
    return { workerLossMs, reflectorLossMs };
  },
};

/** For how long (ms) a talk between the pods had no answers while something was done. */
async function measureLoss(
  cluster: Cluster,
  pods: readonly Pod[],
  work: () => Promise<void>,
): Promise<number> {
  const [talker] = pods;
  assert.ok(talker !== undefined);
  const { netns } = await findSandbox(cluster, talker);
  const argv = ["nsenter", `--net=${netns}`, "ping", "-q", "-i", `${INTERVAL_MS / 1000}`];
  const [talk] = await Promise.all([
    cluster.tryOn(talker.spec.nodeName ?? "", [...argv, "-w", `${TALK_SECONDS}`, "10.4.0.2"]),
    work(),
  ]);
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(talk.stdout) ?? [];
  assert.ok(sent !== undefined && received !== undefined, talk.stdout + talk.stderr);
  return (Number(sent) - Number(received)) * INTERVAL_MS;
}
