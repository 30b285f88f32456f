// What pods send changes no table of the node that others share: connections, and paths' MTUs.
import assert from "node:assert/strict";
import { type Node, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { addOrdinaryPod } from "../fixture/forger.ts";
import { inPod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, startTwoPods } from "../fixture/two_pods.ts";
import tooBig from "../fixture/too_big.py" with { type: "text" };

const [W1, W2] = [workerAddress(0), workerAddress(1)];
const FLOWS = 1_000;

// As kube-proxy does: the node tracks connections from then on.
const TRACK = `
nft add table inet other
nft 'add chain inet other input { type filter hook input priority 0; policy accept; }'
nft add rule inet other input ct state established counter
`;

// A broadcast of each of many UDP ports is a flow of its own, in VXLAN too (RFC 7348, section 5).
const SEND_FLOWS = `
import socket, sys
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for port in range(int(sys.argv[1])):
    link.sendto(b"", ("10.0.0.255", 20_000 + port))
`;

// What the node's programs get: the filter comes before.
const COUNT_WORDS = `
nft add table inet late
nft 'add chain inet late input { type filter hook input priority 120; policy accept; }'
nft add rule inet late input icmp code frag-needed counter
`;

async function startAll() {
  const pods = await startTwoPods();
  for (const node of pods.cluster.workers) {
    const show = ["nft", "list", "set", "inet", "megalos", "known4"];
    const isKnown = async () => {
      const { stdout } = await node.run(show);
      return stdout.includes(W1) && stdout.includes(W2);
    };
    await eventually(isKnown, 20, () => `${node.name} does not know all nodes`);
  }
  return pods;
}

async function countConnections(node: Node): Promise<number> {
  return Number(await node.must("cat", "/proc/sys/net/netfilter/nf_conntrack_count"));
}

testAsRoot("many flows in a LAN are no connections of its nodes", async () => {
  await using pods = await startAll();
  const { workers } = pods.cluster;
  for (const node of workers) await node.must("sh", "-c", TRACK);
  await inPod(workers[0], PC1, "python3", "-c", SEND_FLOWS, `${FLOWS}`);
  for (const node of workers) {
    const count = await countConnections(node);
    assert.ok(count < FLOWS / 10, `${node.name} tracks ${count} connections`);
  }
});

testAsRoot("nobody tells a node that packets to another one are too big", async () => {
  await using pods = await startAll();
  const [w1, w2] = pods.cluster.workers;
  await addOrdinaryPod(w1, "evil");
  const route = () => w1.must("ip", "route", "get", W2);
  const say = (protocol: string) =>
    w1.must("nsenter", "--net=/run/netns/evil", "python3", "-c", tooBig, W1, W2, protocol);
  await w1.must("sh", "-c", COUNT_WORDS);
  const taken = () => w1.must("nft", "list", "table", "inet", "late");
  for (const protocol of ["udp", "icmp", "gre"]) {
    await say(protocol);
    assert.doesNotMatch(await route(), /mtu/, protocol);
  }
  const sayFromOutside = (protocol: string) => w2.must("python3", "-c", tooBig, W1, W2, protocol);
  for (const protocol of ["udp", "icmp"]) {
    await sayFromOutside(protocol);
    assert.doesNotMatch(await route(), /mtu/, protocol);
  }
  assert.match(await taken(), /counter packets 0 /);
  // The nodes' tunnels have to know of a router on the way.
  await sayFromOutside("gre");
  assert.match(await taken(), /counter packets 1 /);
  await inPod(w1, PC1, "ping", "-n", "-c", "1", "-M", "do", "-s", "1400", "10.0.0.2");
});
