// The documentation's example: two pods on two nodes ping over a LAN, and they leave nothing.
import assert from "node:assert/strict";
import { attach, detach } from "../attach.ts";
import type { Cluster } from "../cluster.ts";
import { apply, EXAMPLE, remove } from "../installation.ts";
import { awaitNoTraces } from "../leftovers.ts";
import { assertSeen } from "../see_cluster.ts";
import { awaitPing, awaitReady, NETWORK_STATUS, type Pod, tryInPod } from "../pods.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";

/** Selects the example's pods. */
export const EXAMPLE_LABEL = "lan=test-network-1";
/** The pods' addresses, as their commands give them. */
export const ADDRESSES = { "test-1": "10.1.1.1", "test-2": "10.1.1.2" } as const;

export const scenario: Scenario = {
  name: "network",
  title: "the example network pings across nodes and leaves nothing",
  async run({ cluster, say }: Stage) {
    let pods: readonly Pod[] = [];
    const readySeconds = await timed(async () => {
      await apply(cluster, EXAMPLE);
      pods = await awaitReady(cluster, EXAMPLE_LABEL, 2);
      await joinExample(cluster, pods);
    });
    assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, 2, "they are on one node");
    const pingSeconds = await timed(() => awaitPing(cluster, "test-1", ADDRESSES["test-2"]));
    await assertSeen(cluster, pods);
    say("kubectl megalos shows both pods, their nodes and their traffic");
    if (cluster.options.multus !== "none") {
      for (const pod of pods) await assertStatus(cluster, pod);
      say("network-status names the interfaces");
    }
    await leaveExample(cluster, pods);
    const goneSeconds = await timed(() => awaitNoTraces(cluster, 60));
    return { readySeconds, pingSeconds, goneSeconds };
  },
};

/** What Multus and the pods' commands do where there is Multus. */
export async function joinExample(cluster: Cluster, pods: readonly Pod[]): Promise<void> {
  if (cluster.options.multus !== "none") return;
  await attach(cluster, pods);
  for (const [pod, address] of Object.entries(ADDRESSES)) {
    await tryInPod(cluster, pod, "ip", "address", "add", `${address}/24`, "dev", "net1");
  }
}

export async function leaveExample(cluster: Cluster, pods: readonly Pod[]): Promise<void> {
  await detach(cluster, pods);
  await remove(cluster, EXAMPLE);
}

/** Multus lists the interface under the network's name, with the MAC address that the pod sees. */
async function assertStatus(cluster: Cluster, { metadata }: Pod): Promise<void> {
  const status = JSON.parse(metadata.annotations?.[NETWORK_STATUS] ?? "[]") as readonly {
    readonly name: string;
    readonly interface: string;
    readonly mac: string;
  }[];
  const seen = status.filter(({ name }) => name === "default/test-network-1");
  const mac = await tryInPod(cluster, metadata.name, "cat", "/sys/class/net/net1/address");
  assert.deepEqual(
    seen.map((one) => [one.interface, one.mac]),
    [["net1", mac?.trim()]],
    JSON.stringify(status),
  );
}
