// Attacks by a pod and a host on the cluster that runs, while two pods of somebody else's LAN talk.
import assert from "node:assert/strict";
import { EVERYBODY } from "../../../tests/fixture/attacker.ts";
import { detach } from "../attach.ts";
import { addressOf, type Cluster, NODES } from "../cluster.ts";
import { type Figures, timed } from "../figures.ts";
import { findReflector } from "../installation.ts";
import { forgeVxlan } from "../forged_vxlan.ts";
import { Intruder } from "../intruder.ts";
import { createLanPods, joinLans, LABEL, type LanPod } from "../lan_pods.ts";
import { awaitNoTraces } from "../leftovers.ts";
import { haveNoPassword, havePassword } from "../password.ts";
import { awaitPing, awaitReady, listPods } from "../pods.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk, TALKERS } from "../talk.ts";

const LAN = { lan: "attacked", vni: 41 } as const;
const MALLORY: LanPod = { name: "mallory", node: "node1", address: "10.4.1.1", ...LAN };
const VICTIM: LanPod = { name: "victim", node: "node2", address: "10.4.1.2", ...LAN };
/** A pod that comes while its LAN is attacked. */
const LATE: LanPod = { name: "late", node: "node1", address: "10.4.1.3", ...LAN };
/** A thousandth of the time for which the talkers talk, in ms. */
const MOST_LOSS_MS = 45;
/** Ports of FRR's daemons (`vty`), BGP, and the managers' own. */
const PORTS = [179, 2600, 2601, 2605, 2616, 2623, 9470, 9471, 9472];

export const scenario: Scenario = {
  name: "attacks",
  title: "a pod forges VXLAN and BGP and floods its LAN, and others notice nothing",
  async run({ cluster, say }: Stage) {
    const talk = await Talk.start(cluster, [MALLORY, VICTIM]);
    const byName = (name: string) => talk.pods.find(({ metadata }) => metadata.name === name)!;
    const [near, far] = [byName(TALKERS[0].name), byName(TALKERS[1].name)];
    const mallory = await Intruder.inPod(cluster, byName(MALLORY.name));
    const entered = await forgeVxlan(cluster, mallory, [near, far], TALKERS[0].vni);
    say(`forged VXLAN: ${JSON.stringify(entered)}`);
    assert.deepEqual([...new Set(Object.values(entered))], [0], JSON.stringify(entered));
    await assertClosed(cluster, mallory);
    say("a pod finds no port open but the reflector's");
    await assertNoSession(cluster, mallory);
    say("a pod that does not know the password has no BGP session");
    const figures = await floodLan(cluster, mallory, talk);
    await talk.end();
    await awaitNoTraces(cluster, 60);
    return figures;
  },
};

/** The reflector takes BGP and the uplink; nothing else is open. */
async function assertClosed(cluster: Cluster, mallory: Intruder): Promise<void> {
  const nodes = await Promise.all(NODES.map((node) => addressOf(cluster, node)));
  const reflector = await findReflector(cluster);
  const open = await mallory.findOpen([...nodes, reflector], PORTS);
  assert.deepEqual(open, [179, 9471].map((port) => `${reflector}:${port}`));
}

async function assertNoSession(cluster: Cluster, mallory: Intruder): Promise<void> {
  await havePassword(cluster, "e2e");
  const reflector = await findReflector(cluster);
  assert.equal(await mallory.getsSession(reflector), false, "without a password");
  assert.equal(await mallory.getsSession(reflector, "guessed"), false, "with a wrong password");
  assert.equal(await mallory.getsSession(reflector, "e2e"), true, "with the password");
  await haveNoPassword(cluster);
}

/** 100,000 MAC addresses, then a storm, while the talkers talk and a pod comes to the LAN. */
async function floodLan(cluster: Cluster, mallory: Intruder, talk: Talk): Promise<Figures> {
  const restarts = await countRestarts(cluster);
  const macsLossMs = await talk.measureLoss(() =>
    mallory.flood({ frames: 100_000, rate: 10_000, sources: 100_000 })
  );
  let lateSeconds = 0;
  const stormLossMs = await talk.measureLoss(async () => {
    const storm = mallory.flood({ frames: 1_000_000, destination: EVERYBODY });
    await createLanPods(cluster, [LATE]);
    const pods = await awaitReady(cluster, LABEL, talk.pods.length + 1);
    const late = pods.filter(({ metadata }) => metadata.name === LATE.name);
    await joinLans(cluster, [LATE], late);
    lateSeconds = await timed(() => awaitPing(cluster, LATE.name, VICTIM.address));
    await storm;
    await detach(cluster, late);
  });
  assert.ok(macsLossMs <= MOST_LOSS_MS, `${macsLossMs} ms were lost by MAC addresses`);
  assert.ok(stormLossMs <= MOST_LOSS_MS, `${stormLossMs} ms were lost by a storm`);
  assert.equal(await countRestarts(cluster), restarts, "containers were started again");
  return { macsLossMs, stormLossMs, lateSeconds };
}

/** How often containers of the installation were started again. */
async function countRestarts(cluster: Cluster): Promise<number> {
  const pods = await listPods(cluster, "app.kubernetes.io/name=megalos", "kube-system");
  return pods.flatMap(({ status }) => status.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}
