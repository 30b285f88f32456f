// Kathara on the cluster: two labs with the same devices, LANs and addresses run at once.
// They are started and cleaned as Kathara's users do it.
import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import { KatharaLab } from "../kathara_lab.ts";
import { awaitNoTraces } from "../leftovers.ts";
import { isReady, type Pod } from "../pods.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";

const EXAMPLE = "campus";
/** What Kathara labels everything with. */
const LABEL = "app=kathara";

export const scenario: Scenario = {
  name: "kathara",
  title: "two Kathara labs of 10 devices and the same names work, do not meet, and leave nothing",
  async findObstacle(cluster: Cluster) {
    if (cluster.options.multus === "none") return "there is no Multus";
    return await cluster.hasKathara() ? undefined : "Kathara is not built (KATHARA=1)";
  },
  async run({ cluster, say }: Stage) {
    const first = await KatharaLab.copy(cluster, EXAMPLE, `${EXAMPLE}-1`);
    const second = await KatharaLab.copy(cluster, EXAMPLE, `${EXAMPLE}-2`);
    const started = await start(first);
    const secondStarted = await start(second);
    const { items } = await cluster.get<{ items: readonly Pod[] }>(
      ...["pods", "--all-namespaces", "--selector", LABEL],
    );
    assert.equal(items.filter(isReady).length, first.devices + second.devices);
    say("both run, and ping from end to end");
    for (const lab of [first, second]) await lab.check();
    await assertApart(first, second);
    const cleanSeconds = await timed(() => Promise.all([first.clean(), second.clean()]));
    await assertGone(cluster);
    const goneSeconds = await timed(() => awaitNoTraces(cluster, 60));
    return {
      ...started,
      secondReadySeconds: secondStarted.readySeconds,
      secondPingSeconds: secondStarted.pingSeconds,
      cleanSeconds,
      goneSeconds,
    };
  },
};

/** Starts a lab. Both figures count from the beginning of `lstart`. */
async function start(lab: KatharaLab): Promise<{ readySeconds: number; pingSeconds: number }> {
  let readySeconds = 0;
  const pingSeconds = await timed(async () => {
    readySeconds = await timed(() => lab.start());
    await lab.check(1);
  });
  return { readySeconds, pingSeconds };
}

/**
 * Asks for an address that nobody has. The question goes all over the LAN, and not to the LAN of
 * the same name.
 */
async function assertApart(first: KatharaLab, second: KatharaLab): Promise<void> {
  const nobody = "10.2.3.99";
  const listen = ["timeout", "15", "tcpdump", "-n", "-i", "net2", "-c", "1", "arp", "host", nobody];
  const [here, there] = await Promise.all([
    first.tryIn("r3", ...listen),
    second.tryIn("r3", ...listen),
    first.tryIn("pc4", "ping", "-c", "20", "-W", "1", nobody),
  ]);
  assert.ok(here, "the router of the same lab has not heard its neighbour");
  assert.ok(!there, "a frame of one lab was seen in the other");
}

async function assertGone(cluster: Cluster): Promise<void> {
  const kinds = "namespaces,network-attachment-definitions,deployments,pods,configmaps";
  const left = await cluster.kubectl(["get", kinds, "-A", "--selector", LABEL, "-o", "name"]);
  assert.equal(left, "");
}
