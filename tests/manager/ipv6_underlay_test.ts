// Nodes that have IPv6 addresses only: LANs span them, and VXLAN is taken from nodes alone.
import assert from "node:assert/strict";
import { type Node, plug, startCluster, startNode } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { countForged, forge, FORGED } from "../fixture/forger.ts";
import { readFrrVersion } from "../fixture/frr.ts";
import { MANAGER, Manager, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { addPod, canReach } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2 } from "../fixture/two_pods.ts";

const [RR, W1, W2, STRANGER] = ["fd00:99::1", "fd00:99::11", "fd00:99::12", "fd00:99::66"] as const;

const { version, isAtLeast } = await readFrrVersion();
/** Whether this machine's FRR announces VTEPs that have IPv6 addresses. */
const hasIpv6Vteps = isAtLeast(10, 7);

testAsRoot(
  "LANs span nodes over IPv6, and forged VXLAN enters none",
  async () => {
    await using cluster = await startCluster();
    const { reflector, workers: [w1, w2] } = cluster;
    await using stranger = await startNode("stranger");
    await plug(reflector, stranger, "10.99.0.66");
    await haveIpv6Only(reflector, "br0", RR);
    for (const [node, address] of [[w1, W1], [w2, W2], [stranger, STRANGER]] as const) {
      await haveIpv6Only(node, "eth0", address);
    }
    const env = { ...REFLECTOR_ENV, NODE_IP: RR };
    await using _hub = await Manager.start(reflector, ["route-reflector"], env);
    const startWorker = (node: Node, at: 0 | 1, own: string) =>
      Manager.start(node, ["worker"], {
        ...workerEnv(at),
        ...{ NODE_IP: own, KATHARA_MASTER_SERVICE_HOST: RR },
      });
    await using one = await startWorker(w1, 0, W1);
    await using two = await startWorker(w2, 1, W2);
    await one.ready();
    await two.ready();
    await addPod(w1, PC1, "10.0.0.1");
    await addPod(w2, PC2, "10.0.0.2");
    await eventually(() => canReach(w1, PC1, "10.0.0.2"), 30, () => `no frame passes\n${one.log}`);

    // The reflector is told of both by their uplinks.
    let told = "";
    await eventually(
      async () => {
        const devices = await reflector.run([MANAGER, "devices", "--json"]);
        told = devices.stdout + devices.stderr;
        return devices.reason === "success" && JSON.parse(devices.stdout).length === 2;
      },
      30,
      () => `the reflector says: ${told}\n${one.log}`,
    );

    await one.logged(/the VTEP filter is set/);
    const dropped = async () => (await readStatus(w1)).vtepFilter.dropped;
    // A frame may have come before the routes of its node.
    const { strangers, ...others } = await dropped();
    assert.deepEqual(others, { spoofed: 0, forwarded: 0 });
    assert.equal(await countForged(w1, PC1, () => stranger.must(...forge({ to: W1 }))), 0);
    assert.equal((await dropped()).strangers - strangers, FORGED);
    assert.ok(await canReach(w1, PC1, "10.0.0.2"));
  },
  hasIpv6Vteps ? "" : `FRR ${version} has no VTEPs with IPv6 addresses`,
);

/** Gives a device an IPv6 address in place of the IPv4 one. */
async function haveIpv6Only(node: Node, device: string, address: string): Promise<void> {
  await node.must("ip", "-4", "address", "flush", "dev", device);
  await node.must("ip", "address", "add", `${address}/64`, "dev", device, "nodad");
}
