// Two pods on two nodes that talk.
// This measures how long they do not hear each other while something is done to the installation.
import assert from "node:assert/strict";
import type { Cluster } from "./cluster.ts";
import { type LanPod, removeLanPods, startLanPods } from "./lan_pods.ts";
import { awaitPing, findSandbox, type Pod } from "./pods.ts";

export const TALKERS: readonly [LanPod, LanPod] = [
  { name: "talker-1", node: "node1", lan: "talk", vni: 40, address: "10.4.0.1" },
  { name: "talker-2", node: "node2", lan: "talk", vni: 40, address: "10.4.0.2" },
];
/** Time between two frames. */
export const INTERVAL_MS = 10;
const SUMMARY = /(\d+) packets transmitted, (\d+) received.* time (\d+)ms/;
/** Seconds; longer than most of what is done meanwhile. */
const TALK_SECONDS = 45;

/** Starts the two pods. Whoever starts them ends them. */
export class Talk {
  private constructor(private readonly cluster: Cluster, readonly pods: readonly Pod[]) {}

  /** Starts the pods of `others` with the two. */
  static async start(cluster: Cluster, others: readonly LanPod[] = []): Promise<Talk> {
    const pods = await startLanPods(cluster, [...TALKERS, ...others]);
    await awaitPing(cluster, "talker-1", "10.4.0.2");
    return new Talk(cluster, pods);
  }

  async end(): Promise<void> {
    await removeLanPods(this.cluster, this.pods);
  }

  /**
   * Answers for how long (ms) there were no answers while `work` was done.
   * @param seconds longer than `work` takes
   */
  async measureLoss(work: () => Promise<void>, seconds = TALK_SECONDS): Promise<number> {
    const talker = this.pods.find(({ metadata }) => metadata.name === "talker-1");
    assert.ok(talker !== undefined);
    const { netns } = await findSandbox(this.cluster, talker);
    const ping = ["ping", "-q", "-i", `${INTERVAL_MS / 1000}`, "-w", `${seconds}`];
    const argv = ["nsenter", `--net=${netns}`, ...ping, "10.4.0.2"];
    const [said] = await Promise.all([this.cluster.tryOn("node1", argv), work()]);
    const [, sent, received, ms] = SUMMARY.exec(said.stdout)?.map(Number) ?? [];
    assert.ok(sent && received !== undefined && ms, said.stdout + said.stderr);
    // On a busy machine ping falls behind its interval, so the loss is counted as a share of the
    // time.
    return Math.round((sent - received) / sent * ms / INTERVAL_MS) * INTERVAL_MS;
  }
}
