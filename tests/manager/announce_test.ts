// MAC addresses of pods that say nothing, and addresses that move from node to node.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { type Node, workerAddress } from "../fixture/cluster.ts";
import { awaitEntries, readRemote } from "../fixture/entries.ts";
import { eventually } from "../fixture/eventually.ts";
import { ageSoon, bridgeThere, entriesOf, untilStatic } from "../fixture/lan_netns.ts";
import { addPod, addSandbox, call, canReach, inPod, type Pod, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

const SILENT = pod("silent", "02:00:00:00:00:05");

/** Waits until the node has this address where it should. */
function awaitMac(node: Node, mac: string, place: RegExp): Promise<unknown> {
  const read = () => entriesOf(node, mac);
  return eventually(
    async () => (await read()).some((line) => place.test(line)),
    20,
    async () => `${mac} is ${(await read()).join(" and ") || "nowhere"}, not ${place}`,
  );
}

testAsRoot("a pod that says nothing is known on other nodes, as long as it is there", async () => {
  await using pods = await startTwoPods();
  const { cluster: { workers: [w1, w2] }, running: { workers: [manager] } } = pods;
  await addSandbox(w2, SILENT);
  await inPod(w2, SILENT, "sysctl", "-w", "net.ipv6.conf.default.disable_ipv6=1");
  const added = await call(w2, "ADD", SILENT);
  assert.equal(added.reason, "success", describe(added));
  await awaitMac(w1, SILENT.mac, new RegExp(` dst ${workerAddress(1)} `));

  // The bridge forgets what it has learnt, and not this.
  await ageSoon(w2);
  const learnt = "02:00:00:00:00:06";
  await bridgeThere(w2, "fdb", "add", learnt, "dev", await portOf(w2), "master", "dynamic");
  await awaitMac(w1, learnt, / dst /);
  await eventually(
    async () => !(await readRemote(w1)).some((line) => line.startsWith(learnt)),
    30,
    `${learnt} does not age`,
  );
  await awaitMac(w1, SILENT.mac, / dst /);

  const deleted = await call(w2, "DEL", SILENT);
  assert.equal(deleted.reason, "success", describe(deleted));
  const isStaying = (line: string) => !line.startsWith(SILENT.mac);
  await awaitEntries(w1, (await readRemote(w1)).filter(isStaying), 20, manager);
});

testAsRoot(
  "an address that was learnt while no manager was there is kept from its start on",
  async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    await worker.manager.end("KILL");
    await addPod(node, PC1, "10.0.0.1");
    await addPod(node, SILENT, "10.0.0.2");
    assert.ok(await canReach(node, PC1, "10.0.0.2"));
    for (const { mac } of [PC1, SILENT]) {
      assert.match((await entriesOf(node, mac)).join("; "), /^\S+ dev mg\S+ master \S+ $/);
    }
    await worker.restart();
    for (const { mac } of [PC1, SILENT]) await untilStatic(node, mac);
  },
);

/** A port of the LAN. */
async function portOf(node: Node): Promise<string> {
  const lines = await bridgeThere(node, "link");
  return /: (mg[a-z2-7]{13})@/.exec(lines)?.[1] ?? assert.fail(lines);
}

testAsRoot(
  "an address follows the device that has sent the last frame, however often",
  async () => {
    await using pods = await startTwoPods();
    const { cluster: { workers: [w1, w2] } } = pods;
    const [here, there] = [pod("here", "02:00:00:00:00:07"), pod("there", "02:00:00:00:00:07")];
    const setLink = (node: Node, one: Pod, state: "up" | "down") =>
      inPod(node, one, "ip", "link", "set", "dev", "net0", state);
    await addPod(w1, here, "10.0.0.7");
    await addPod(w2, there, "10.0.0.7");
    await setLink(w2, there, "down");
    // FRR suspects an address that has moved five times in three minutes.
    for (let move = 0; move < 12; move++) {
      const [node, one, other, index, target] = move % 2 === 0
        ? [w1, here, w2, 0, "10.0.0.1"] as const
        : [w2, there, w1, 1, "10.0.0.2"] as const;
      await eventually(() => canReach(node, one, target), 10, `no answer after move ${move}`);
      await awaitMac(node, one.mac, / dev mg/);
      await awaitMac(other, one.mac, new RegExp(` dst ${workerAddress(index)} `));
      await setLink(node, one, "down");
      const next = move % 2 === 0 ? [w2, there] as const : [w1, here] as const;
      await setLink(...next, "up");
    }
    assert.ok(await canReach(w1, PC1, "10.0.0.2"));
    assert.ok(await canReach(w2, PC2, "10.0.0.1"));
  },
);
