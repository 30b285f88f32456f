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
nft add rule inet other input udp dport 4789 counter
`;

// As kube-proxy does for a Service that has the UDP port of a LAN.
const TRANSLATE = `
nft add table ip other
nft 'add chain ip other nat { type nat hook prerouting priority dstnat; policy accept; }'
nft add rule ip other nat udp dport 4789 redirect to :4790
nft 'add chain ip other input { type filter hook input priority 120; policy accept; }'
nft add rule ip other input udp dport 4790 counter
`;

const SEND_WORD = `
import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"a word of 12", (sys.argv[1], 4789))
`;

// A broadcast of each of many UDP ports is a flow of its own, in VXLAN too (RFC 7348, section 5).
const SEND_FLOWS = `
import socket, sys
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for port in range(int(sys.argv[1])):
    link.sendto(b"", ("10.0.0.255", 20_000 + port))
`;

// What comes to the node, and what the filter has left of it for the node's programs.
const COUNT_WORDS = `
nft add table inet words
nft 'add chain inet words early { type filter hook input priority 100; policy accept; }'
nft 'add chain inet words late { type filter hook input priority 120; policy accept; }'
nft add rule inet words early icmp code frag-needed counter
nft add rule inet words late icmp code frag-needed counter
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

/** What the counters of a chain have counted, in packets. */
async function readCounters(node: Node, ...chain: readonly string[]): Promise<number[]> {
  const rules = await node.must("nft", "list", "chain", ...chain);
  return [...rules.matchAll(/counter packets (\d+)/g)].map(([, packets]) => Number(packets));
}

async function countConnections(node: Node): Promise<number> {
  return Number(await node.must("cat", "/proc/sys/net/netfilter/nf_conntrack_count"));
}

/** Has the node track connections, and waits until VXLAN is taken out of that. */
async function track(node: Node, rules: string): Promise<void> {
  const list = async () => (await node.run(["nft", "list", "table", "inet", "megalos"])).stdout;
  assert.doesNotMatch(await list(), /notrack/);
  await node.must("sh", "-c", rules);
  const isOut = async () => (await list()).includes("notrack");
  await eventually(isOut, 20, () => `${node.name} tracks VXLAN`);
}

testAsRoot("many flows in a LAN are no connections of its nodes", async () => {
  await using pods = await startAll();
  const { workers } = pods.cluster;
  for (const node of workers) await track(node, TRACK);
  await inPod(workers[0], PC1, "python3", "-c", SEND_FLOWS, `${FLOWS}`);
  // Where there are too many ports and nodes for the short cut, it is empty.
  for (const node of workers) await node.must("nft", "flush", "set", "inet", "megalos", "known4");
  await inPod(workers[0], PC1, "python3", "-c", SEND_FLOWS, `${FLOWS}`);
  for (const node of workers) {
    const count = await countConnections(node);
    assert.ok(count < FLOWS / 10, `${node.name} tracks ${count} connections`);
  }
  const [, came = 0] = await readCounters(workers[1], "inet", "other", "input");
  assert.ok(came >= 2 * FLOWS, `${came} packets have come`);
});

testAsRoot("a Service's packets are translated, at whatever port a LAN has", async () => {
  await using pods = await startAll();
  const [w1, w2] = pods.cluster.workers;
  await track(w2, TRANSLATE);
  const count = async () => (await readCounters(w2, "ip", "other", "input"))[0] ?? 0;
  const before = await count();
  await w1.must("python3", "-c", SEND_WORD, W2);
  await eventually(
    async () => await count() === before + 1,
    10,
    "the packet is not translated",
  );
});

testAsRoot("no pod tells a node that packets to another one are too big", async () => {
  await using pods = await startAll();
  const [w1, w2] = pods.cluster.workers;
  await addOrdinaryPod(w1, "evil");
  const route = () => w1.must("ip", "route", "get", W2);
  const say = (protocol: string) =>
    w1.must("nsenter", "--net=/run/netns/evil", "python3", "-c", tooBig, W1, W2, protocol);
  await w1.must("sh", "-c", COUNT_WORDS);
  const counted = async () => [
    ...await readCounters(w1, "inet", "words", "early"),
    ...await readCounters(w1, "inet", "words", "late"),
  ];
  for (const protocol of ["udp", "icmp", "gre"]) {
    await say(protocol);
    assert.doesNotMatch(await route(), /mtu/, protocol);
  }
  const sayFromOutside = (protocol: string) => w2.must("python3", "-c", tooBig, W1, W2, protocol);
  for (const protocol of ["udp", "icmp"]) {
    await sayFromOutside(protocol);
    assert.doesNotMatch(await route(), /mtu/, protocol);
  }
  assert.deepEqual(await counted(), [5, 0]);
  // The nodes' tunnels have to know of a router on the way.
  await sayFromOutside("gre");
  assert.deepEqual(await counted(), [6, 1]);
  await inPod(w1, PC1, "ping", "-n", "-c", "1", "-M", "do", "-s", "1400", "10.0.0.2");
});
