// The most telling faults, under traffic: what may be lost, and what must be as before.
import { lanDevices } from "../../shared/lan/lan.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { startFaultCluster } from "./fault_cluster.ts";
import { FAULTS } from "./faults.ts";
import { measureFault } from "./measure.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { call } from "../../tests/fixture/pod.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";

/**
 * The limit of the direction towards the faulted node, where something may be lost. It is far above
 * the usual loss, because the machine may be busy.
 */
const TOWARDS_MS = 15_000;

for (const name of ["bgpd", "upgrade", "reflectors"]) {
  const fault = FAULTS.find((one) => one.name === name)!;
  testAsRoot(
    `${fault.title}: no frame from the node is lost, and entries come to be as before`,
    async () => {
      const { towards, from, limits, differences } = await measureFault(fault);
      assert.equal(from.lost, 0);
      assert.ok(towards.ms <= (limits.towards === 0 ? 0 : TOWARDS_MS), `${towards.ms} ms`);
      assert.deepEqual(differences, []);
    },
  );
}

testAsRoot(
  "what left while a node's FRR was away carries traffic no more than until EVPN has spoken",
  async () => {
    await using cluster = await startFaultCluster();
    const { workers: [worker, other], places } = cluster;
    // The nodes' own LAN has entries as long as there are other nodes.
    const { vxlan } = lanDevices(NODES_LAN);
    const entriesOfLans = async () =>
      (await worker.entries()).filter((line) => !line.includes(` dev ${vxlan} `));
    const before = await entriesOfLans();
    assert.ok(before.length >= 3, `${before}`);
    await worker.stopFrr("KILL");
    const deleted = await call(other.node, "DEL", places[1].pod);
    assert.equal(deleted.reason, "success", describe(deleted));
    assert.deepEqual(await entriesOfLans(), before);
    await worker.startFrr();
    await eventually(
      async () => (await entriesOfLans()).length === 0,
      30,
      async () => `there is ${(await entriesOfLans()).join(" and ")}\n${worker.manager.log}`,
    );
    await worker.manager.logged(/3 forwarding entries removed that EVPN does not know/);
  },
);
