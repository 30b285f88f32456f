// Forwarding entries on a node whose FRR runs.
// What EVPN no longer says for want of a session is kept. What somebody deletes is made again (by
// zebra), but for MAC addresses from FRR 10.7 on: frames to them are flooded then.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { awaitEntries, readRemote } from "../fixture/entries.ts";
import { bridgeThere } from "../fixture/lan_netns.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids, readFrrVersion } from "../fixture/frr.ts";
import { Manager, readStatus, REFLECTOR_ENV } from "../fixture/manager.ts";
import { addPod, call, canReach, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

const { isAtLeast } = await readFrrVersion();
const VXLAN = ["dev", "net1-ntwork"];
const W2 = ["dst", "10.99.0.12", "self"];

testAsRoot("entries that somebody deletes are made again as they were", async () => {
  await using pods = await startTwoPods();
  const { cluster: { workers: [w1] }, running: { workers: [manager] } } = pods;
  await eventually(
    async () => (await readRemote(w1)).length === 3,
    10,
    async () => `there is ${await readRemote(w1)}`,
  );
  const before = await readRemote(w1);
  await bridgeThere(w1, "fdb", "del", "00:00:00:00:00:00", ...VXLAN, ...W2);
  await bridgeThere(w1, "fdb", "del", PC2.mac, ...VXLAN, ...W2);
  await bridgeThere(w1, "fdb", "del", PC2.mac, ...VXLAN, "master");
  const again = isAtLeast(10, 7) ? before.filter((one) => !one.startsWith(PC2.mac)) : before;
  await awaitEntries(w1, again, 30, manager);
  assert.ok(await canReach(w1, PC1, "10.0.0.2"));
  assert.doesNotMatch(manager.log, /forwarding entries/);
});

function countKept(log: string): number {
  const kept = log.matchAll(/warn (\d+) forwarding entries kept: there was no BGP session/g);
  return kept.reduce((sum, [, count]) => sum + Number(count), 0);
}

testAsRoot(
  "without any session pods talk on; what left meanwhile goes when EVPN has spoken again",
  async () => {
    // This is how it is after the grace.
    await using pods = await startTwoPods({ MEGALOS_NODE_GRACE: "0" });
    const { cluster: { reflector, workers: [w1, w2] }, running } = pods;
    const [manager, other] = running.workers;
    const pc3 = pod("pc3", "02:00:00:00:00:03");
    await addPod(w2, pc3, "10.0.0.3");
    await eventually(() => canReach(w1, PC1, "10.0.0.3"), 10, "no frame to the third pod");
    const before = await eventually(
      async () => {
        const entries = await readRemote(w1);
        return entries.length === 5 && entries;
      },
      10,
      async () => `there is ${await readRemote(w1)}`,
    );

    await running.reflector.end("KILL");
    await reflector.must("kill", "-KILL", ...Object.values(await frrPids(reflector)));
    // A node's MAC addresses go first, and its LANs when the relay has asked bgpd.
    for (const [one, count] of [[manager, 6], [other, 4]] as const) {
      await eventually(() => countKept(one.log) === count, 20, () => one.log);
    }
    await awaitEntries(w1, before, 10, manager);
    assert.ok(await canReach(w1, PC1, "10.0.0.2"));
    const deleted = await call(w2, "DEL", pc3);
    assert.equal(deleted.reason, "success", describe(deleted));
    assert.deepEqual(await readRemote(w1), before);

    await using _again = await Manager.start(reflector, ["route-reflector"], REFLECTOR_ENV);
    const staying = before.filter((line) => !line.includes(pc3.mac));
    await awaitEntries(w1, staying, 40, manager);
    await manager.logged(/2 forwarding entries removed that EVPN does not know/);
    let counted = "";
    await eventually(
      async () => {
        const { swept } = await readStatus(w1);
        counted = `${swept.entriesKept} kept, ${swept.entriesRemoved} removed`;
        // One more is of the nodes' own LAN.
        return counted === "6 kept, 2 removed";
      },
      10,
      () => `status counts ${counted}`,
    );
    assert.ok(await canReach(w1, PC1, "10.0.0.2"));
  },
);
