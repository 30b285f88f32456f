// A node has no address on its LANs: it answers no ARP there, and learns nobody's address of it.
import assert from "node:assert/strict";
import { ask, MADE_UP } from "../fixture/asker.ts";
import { EVERYBODY } from "../fixture/attacker.ts";
import { LANS } from "../fixture/bare_node.ts";
import { startCluster, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { ipThere } from "../fixture/lan_netns.ts";
import { runManagers } from "../fixture/manager.ts";
import { addPod, canReach, inPod, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2 } from "../fixture/two_pods.ts";

const ASKERS = 800;
/** Of the first worker; a device of a LAN may have it as well. */
const VTEP = workerAddress(0);
/** On a LAN of its own: a bridge that gets another port may forget its neighbours. */
const LAST = pod("last", "02:00:00:00:00:03", { name: "net2", suffix: "ntwork", vxlanId: 11 });

// The namespace as an older manager has left it, on a machine that takes announcements.
const ANSWER = `
cd /proc/sys/net/ipv4/conf
for which in all default; do echo 0 >$which/arp_ignore; echo 1 >$which/arp_accept; done
`;

testAsRoot(
  "nobody on a LAN is answered for its node's address, or is a neighbour of it",
  async () => {
    await using cluster = await startCluster();
    await using running = await runManagers(cluster);
    const { reflector, workers: [w1, w2] } = cluster;
    const { workers: [manager] } = running;
    await w1.must("nsenter", `--net=${LANS}`, "sh", "-c", ANSWER);
    await manager.logged(/switches of .* set again: .*arp_ignore.*arp_accept/);

    await addPod(w1, PC1, "10.0.0.1");
    await addPod(w2, PC2, "10.0.0.2");
    await eventually(() => canReach(w1, PC1, "10.0.0.2"), 30, "no frame passes");
    const bridge = JSON.parse(await ipThere(w1, "-json", "link", "show", "dev", "kt-net1-ntwork"));
    assert.deepEqual(await ask(w1, PC1, VTEP, ASKERS, EVERYBODY, bridge[0].address), []);

    // EVPN tells of another pod after all that it has been told before.
    await addPod(w1, LAST);
    const show = ["vtysh", "-c", "show bgp l2vpn evpn route type macip"];
    let routes = "";
    await eventually(
      async () => (routes = await reflector.must(...show)).includes(LAST.mac),
      20,
      "the last pod's route does not come",
    );
    assert.doesNotMatch(await ipThere(w1, "neigh", "show", "nud", "all"), MADE_UP);
    const ofZebra = await w1.must("vtysh", "-c", "show evpn arp-cache vni all");
    assert.doesNotMatch(ofZebra, MADE_UP);
    assert.doesNotMatch(routes, MADE_UP);

    // A LAN has addresses of its own, and its devices answer for them alone.
    await inPod(w2, PC2, "ip", "address", "add", `${VTEP}/24`, "dev", "net0");
    await inPod(w1, PC1, "ip", "address", "add", `${workerAddress(8)}/24`, "dev", "net0");
    assert.ok(await canReach(w1, PC1, VTEP));
    assert.deepEqual(await ask(w1, PC1, VTEP, 1, EVERYBODY), [PC2.mac]);
  },
);
