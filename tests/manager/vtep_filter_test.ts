// VXLAN is taken from nodes alone: forged packets enter no LAN, and nothing else is touched.
import assert from "node:assert/strict";
import { scaled } from "../../shared/process/time_scale.ts";
import { describe } from "../../shared/process/command.ts";
import { converse, run } from "../../shared/process/exec.ts";
import { LANS } from "../fixture/bare_node.ts";
import { type Node, plug, startCluster, startNode, takeAllWays } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { addOrdinaryPod, countForged, forge, FORGED } from "../fixture/forger.ts";
import { bridgeThere } from "../fixture/lan_netns.ts";
import { CNI_BIN_DIR, MANAGER, probe, readStatus, runManagers } from "../fixture/manager.ts";
import { addPod, addSandbox, call, canReach } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { PC1, PC2, startTwoPods, type TwoPods } from "../fixture/two_pods.ts";
import cutOff from "../fixture/cut_off.py" with { type: "text" };

const [W1, W2, STRANGER] = ["10.99.0.11", "10.99.0.12", "10.99.0.66"] as const;
/** What Kubernetes' own programs put beside: another table, and iptables' own. */
const NEIGHBOURS = `
iptables -w -A INPUT -p udp --dport 4789 -j ACCEPT
nft add table inet other
nft 'add chain inet other input { type filter hook input priority 0; policy accept; }'
`;

const hasFilter = async (node: Node) =>
  (await node.run(["nft", "list", "table", "inet", "megalos"])).reason === "success";

/** Everybody who may try it, and what gets in of 50 packets of each. */
async function tryAll(pods: TwoPods, stranger: Node): Promise<Record<string, number>> {
  const { workers: [w1, w2] } = pods.cluster;
  const inEvil = (words: string[]) => w1.must("nsenter", "--net=/run/netns/evil", ...words);
  const inStranger = (words: string[]) => stranger.must(...words);
  return {
    "a host that is no node": await countForged(w1, PC1, () => inStranger(forge({ to: W1 }))),
    "a pod to its own node": await countForged(w1, PC1, () => inEvil(forge({ to: W1 }))),
    "a pod as another node": await countForged(w1, PC1, () => inEvil(forge({ to: W1, from: W2 }))),
    "a pod to another node": await countForged(w2, PC2, () => inEvil(forge({ to: W2 }))),
  };
}

async function startAll(env: Record<string, string> = {}) {
  await using started = new AsyncDisposableStack();
  const pods = started.use(await startTwoPods(env));
  const { reflector, workers: [w1] } = pods.cluster;
  const stranger = started.use(await startNode("stranger"));
  await plug(reflector, stranger, STRANGER);
  await addOrdinaryPod(w1, "evil");
  // The filter is to stop the packets, not the kernel's own idea of where they should come from.
  await takeAllWays(w1);
  const all = started.move();
  return { pods, stranger, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

testAsRoot("where the underlay is named, nodes' addresses come by no other device", async () => {
  await using cluster = await startCluster();
  const { workers: [w1, w2] } = cluster;
  await using outside = await startNode("outside");
  // The first worker's default route leads elsewhere than to the nodes.
  // deno-fmt-ignore
  const done = await run({ argv: ["nsenter", `--net=/proc/${w1.pid}/ns/net`,
    "ip", "link", "add", "name", "eth1", "up", "type", "veth",
    "peer", "name", "eth0", "netns", `/proc/${outside.pid}/ns/net`] });
  assert.equal(done.reason, "success", describe(done));
  await w1.must("ip", "address", "add", "192.0.2.1/24", "dev", "eth1");
  await w1.must("ip", "route", "add", "default", "via", "192.0.2.2");
  await outside.must("ip", "address", "add", "192.0.2.2/24", "dev", "eth0");
  await outside.must("ip", "link", "set", "dev", "eth0", "up");
  await takeAllWays(w1);
  await using _running = await runManagers(cluster, { MEGALOS_UNDERLAY: "eth0" });
  await addPod(w1, PC1, "10.0.0.1");
  await addPod(w2, PC2, "10.0.0.2");
  await eventually(() => canReach(w1, PC1, "10.0.0.2"), 30, "no frame passes");
  await eventually(() => hasFilter(w1), 20, "there is no filter");
  const forged = () => outside.must(...forge({ to: "192.0.2.1", from: W2 }));
  assert.equal(await countForged(w1, PC1, forged), 0);
  assert.equal((await readStatus(w1)).vtepFilter.dropped.spoofed, FORGED);
  assert.ok(await canReach(w1, PC1, "10.0.0.2"));
});

testAsRoot("forged VXLAN enters no LAN, from wherever it comes; nodes' own does", async () => {
  await using all = await startAll();
  const { pods, stranger } = all;
  const { cluster: { workers: [w1, w2] }, running: { workers: [manager] } } = pods;
  await w1.must("sh", "-c", NEIGHBOURS);
  for (const node of [w1, w2]) {
    await eventually(() => hasFilter(node), 20, () => `${node.name} has no filter\n${manager.log}`);
  }
  assert.deepEqual(new Set(Object.values(await tryAll(pods, stranger))), new Set([0]));
  assert.ok(await canReach(w1, PC1, "10.0.0.2"));
  const { vtepFilter } = await readStatus(w1);
  assert.equal(vtepFilter.nodes, 2);
  const { strangers, ...others } = vtepFilter.dropped;
  assert.ok(strangers >= 2 * FORGED, `${strangers}`);
  assert.deepEqual(others, { spoofed: FORGED, forwarded: FORGED });
  const { stdout } = await w1.run([MANAGER, "status"]);
  assert.match(
    stdout,
    /^VTEP filter: 2 nodes; dropped \d+ of strangers, 50 spoofed, 50 forwarded$/m,
  );

  await w1.must("nft", "flush", "chain", "inet", "megalos", "to_node");
  await manager.logged(/the VTEP filter was changed or removed, and is set again/);
  await w1.must("nft", "delete", "table", "inet", "megalos");
  await eventually(() => hasFilter(w1), 20, "the filter is not put back");
  const rules = await w1.must("iptables-save");
  assert.match(rules, /-A INPUT -p udp -m udp --dport 4789 -j ACCEPT/);
  await w1.must("nft", "list", "table", "inet", "other");
});

/** Makes another node known by a forwarding entry, as EVPN does. */
function addOther(node: Node): Promise<string> {
  const entry = ["00:00:00:00:00:00", "dev", "net1-ntwork", "dst", W2];
  return bridgeThere(node, "fdb", "append", ...entry);
}

/** Ways to let everything pass that leave as many chains and rules. Argument: a rule's handle. */
const CHANGES: Readonly<Record<string, string>> = {
  "another rule": 'nft replace rule inet megalos to_node handle "$1" ip saddr 0.0.0.0/0 accept',
  "a dormant table": "nft add table inet megalos '{ flags dormant; }'",
};

testAsRoot("a table that somebody has changed is put back, also at a manager's start", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await addPod(node, PC1);
  await addOther(node);
  await manager.logged(/the VTEP filter is set/);
  const list = async (...words: string[]) => {
    const all = [...words, "--stateless", "--terse", "list", "table", "inet", "megalos"];
    // nft 1.1 says beside its sets' sizes how much they hold.
    return (await node.must("nft", ...all)).replaceAll(/\t# count \d+$/gm, "");
  };
  const whole = await list();
  const change = async (script: string) => {
    const [, handle = ""] = /counter name "strangers" drop # handle (\d+)/.exec(
      await list("--handle"),
    )!;
    await node.must("sh", "-c", script, "sh", handle);
    assert.notEqual(await list(), whole);
  };
  const isPutBack = async () => await list() === whole;
  for (const [what, script] of Object.entries(CHANGES)) {
    await change(script);
    await eventually(isPutBack, 20, () => `${what} stays\n${manager.log}`);
  }
  const listSet = (name: string) => node.must("nft", "list", "set", "inet", "megalos", name);
  await node.must("nft", 'add element inet megalos known4 { 4789 . "eth0" . 10.99.0.13 }');
  await eventually(
    async () => !(await listSet("known4")).includes("10.99.0.13"),
    20,
    () => `who is no node stays known\n${manager.log}`,
  );
  await manager.end("TERM");
  await change(CHANGES["another rule"]!);
  await node.must("nft", "add element inet megalos vteps4 { 10.99.0.13 }");
  await worker.restart();
  await eventually(isPutBack, 20, () => `the rule stays\n${worker.manager.log}`);
  assert.match(await listSet("vteps4"), /10\.99\.0\.13/, "whom an earlier manager has let pass");
});

/** What an admin does, and kube-proxy and others at their start: none of it is about our table. */
const FLUSHES = `
set -e
iptables-nft -w -F
iptables-nft -w -t nat -F
for chain in filter:INPUT nat:POSTROUTING; do
  printf '*%s\\n:%s ACCEPT [0:0]\\nCOMMIT\\n' "\${chain%:*}" "\${chain#*:}" | iptables-nft-restore -w
done
`;

testAsRoot("who flushes or restores all of iptables leaves the filter as it is", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await node.must("sh", "-c", NEIGHBOURS.replaceAll("iptables", "iptables-nft"));
  await node.must("iptables-nft", ..."-w -t nat -A POSTROUTING -j MASQUERADE".split(" "));
  await addPod(node, PC1);
  await addOther(node);
  await manager.logged(/the VTEP filter is set/);
  // A table that was made anew would have other handles.
  const list = () =>
    node.must(..."nft --handle --stateless --terse list table inet megalos".split(" "));
  // The last rule has the node track connections: from the first one on, the table has this.
  await node.must("ping", "-c", "1", "127.0.0.1");
  await eventually(async () => (await list()).includes("notrack"), 20, () => manager.log);
  const whole = await list();
  await node.must("sh", "-c", FLUSHES);
  assert.doesNotMatch(await node.must("iptables-nft-save"), /^-A /m);
  assert.equal(await list(), whole);
  // A manager that has looked since has taken this away.
  const [set, stranger] = [["set", "inet", "megalos", "vteps4"], "10.99.0.13"];
  await node.must("nft", "add", "element", ...set.slice(1), `{ ${stranger} }`);
  await eventually(
    async () => !(await node.must("nft", "list", ...set)).includes(stranger),
    20,
    () => `who is no node stays known\n${manager.log}`,
  );
  assert.equal(await list(), whole);
  assert.doesNotMatch(manager.log, /is set again/);
});

// As a kernel without nf_tables makes it fail. It keeps what it was asked.
const NO_NFT = `
set -e
cat >/run/nft <<'SCRIPT'
#!/bin/sh
echo "$*" >>/run/nft-asked
echo "netlink: Error: cache initialization failed: Operation not supported" >&2
exit 1
SCRIPT
chmod 755 /run/nft
mount --bind /run/nft /usr/sbin/nft
`;

testAsRoot("a node where nft cannot work says so once, and goes on without tables", async () => {
  await using cluster = await startCluster();
  const [w1, w2] = cluster.workers;
  for (const node of [w1, w2]) await node.must("sh", "-c", NO_NFT);
  // So they are ready.
  await using running = await runManagers(cluster);
  await addPod(w1, PC1, "10.0.0.1");
  await addPod(w2, PC2, "10.0.0.2");
  await eventually(() => canReach(w1, PC1, "10.0.0.2"), 30, "no frame passes");
  for (const { node } of running.workers) {
    assert.equal(await probe(node, "/readyz"), "200 ok");
    assert.equal((await readStatus(node)).vtepFilter, null);
  }
  for (const manager of running.workers) {
    const { node } = manager;
    // A look asks once for the table.
    const countLooks = async () =>
      [...(await node.must("cat", "/run/nft-asked")).matchAll(/list table inet megalos$/gm)].length;
    const looks = await countLooks();
    await eventually(async () => await countLooks() > looks + 3, 30, () => manager.log);
    const said = manager.log.split("\n").filter((line) => /nft|nf_tables|supported/.test(line));
    assert.equal(said.length, 2, said.join("\n"));
    const [filter, storms] = ["keep the VTEP filter", "limit storms in LANs"];
    for (const what of [filter, storms]) {
      const line = `warn Cannot ${what}: .*cache initialization failed: Operation not supported`;
      assert.match(said.join("\n"), new RegExp(line));
    }
    // Where it works again, both are there.
    // A manager may be at it.
    await node.must("umount", "--lazy", "/usr/sbin/nft");
    for (const what of [filter, storms]) {
      await manager.logged(new RegExp(`works again: ${what}`));
    }
    assert.ok(await hasFilter(node));
  }
});

testAsRoot("without the filter all of that enters", async () => {
  await using all = await startAll({ MEGALOS_VTEP_FILTER: "off" });
  const { pods, stranger } = all;
  const [w1] = pods.cluster.workers;
  const entered = await tryAll(pods, stranger);
  assert.deepEqual(new Set(Object.values(entered)), new Set([FORGED]), JSON.stringify(entered));
  assert.equal(await hasFilter(w1), false);
  assert.equal((await readStatus(w1)).vtepFilter, null);
});

// Sends a frame each 2 ms from the birth of its interface on until its input ends. Asked by a line,
// it says when it has sent 100 more.
const SEND_FROM_BIRTH = `
import select, socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
print("ready", flush=True)
while True:
    try:
        link.bind(("net0", 0))
        break
    except OSError:
        if select.select([sys.stdin], [], [], 0.001)[0]:
            sys.exit("there is no net0")
left = 0
while True:
    try:
        link.send(b"\\xff" * 6 + bytes.fromhex("02000000000288b5") + bytes(46))
    except OSError:
        pass
    if left == 1:
        print("sent 100", flush=True)
    left = max(0, left - 1)
    if select.select([sys.stdin], [], [], 0.002)[0]:
        if sys.stdin.readline() == "":
            break
        left = 100
`;

testAsRoot("no node drops the first frames of a node that comes to its first LAN", async () => {
  await using cluster = await startCluster();
  await using _running = await runManagers(cluster);
  const [w1, w2] = cluster.workers;
  await addPod(w1, PC1);
  const nodes = async () => (await readStatus(w1)).vtepFilter?.nodes;
  await eventually(async () => await nodes() === 2, 20, async () => `${await nodes()} are known`);
  await addSandbox(w2, PC2);
  const send = ["nsenter", "--net=/run/netns/pc2", "python3", "-c", SEND_FROM_BIRTH] as const;
  const toAll = async () => {
    const entries = await bridgeThere(w2, "fdb", "show");
    return entries.includes(`00:00:00:00:00:00 dev ${PC2.lan.name}-${PC2.lan.suffix} dst ${W1} `);
  };
  const got = await countForged(w1, PC1, async () => {
    const sending = converse({ argv: [...w2.enter, ...send], timeoutMs: 60_000 });
    assert.ok(sending !== undefined);
    await using _ended = { [Symbol.asyncDispose]: async () => void await sending.end() };
    assert.equal(await sending.readLine("stdout"), "ready");
    assert.equal((await call(w2, "ADD", PC2)).reason, "success");
    await eventually(toAll, 20, "the new node does not know the other one");
    await sending.write("\n");
    assert.equal(await sending.readLine("stdout"), "sent 100");
    const done = await sending.end();
    assert.equal(done.reason, "success", describe(done));
  });
  assert.ok(got > 0);
  assert.deepEqual((await readStatus(w1)).vtepFilter.dropped, {
    ...{ strangers: 0, spoofed: 0, forwarded: 0 },
  });
});

testAsRoot("packets of a VXLAN device that is not ours pass, on the same port", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  // The forwarding entry stands for a node, of which there is none here.
  const vxlan = ["type", "vxlan", "id", "4096", "dstport", "4789", "local", W1, "nolearning"];
  await node.must("ip", "link", "add", "name", "vxlan.calico", "up", ...vxlan);
  await addPod(node, PC1);
  await addOther(node);
  await manager.logged(/the VTEP filter is set/);
  await node.must("ip", "netns", "add", "wire");
  await node.must("ip", "link", "set", "dev", "wire", "netns", "wire");
  const inWire = (...argv: string[]) => node.must("nsenter", "--net=/run/netns/wire", ...argv);
  await inWire("ip", "address", "add", `${STRANGER}/24`, "dev", "wire");
  await inWire("ip", "link", "set", "dev", "wire", "up");
  const received = async () => {
    const links = await node.must("ip", "-json", "-stats", "link", "show", "dev", "vxlan.calico");
    return JSON.parse(links)[0].stats64.rx.packets;
  };
  assert.equal(await countForged(node, PC1, () => inWire(...forge({ to: W1 }))), 0);
  await inWire(...forge({ to: W1, vni: 4096 }));
  await eventually(
    async () => await received() === FORGED,
    10,
    "packets of the other device are lost",
  );

  await manager.end("TERM");
  assert.ok(await hasFilter(node));
  await call(node, "DEL", PC1);
  const env = { CNI_BIN_DIR };
  const done = await node.run([MANAGER, "uninstall"], { env });
  assert.match(done.stderr, /info nftables' table inet megalos: removed/);
  assert.equal(await hasFilter(node), false);
});

testAsRoot("a LAN with a UDP port of its own is filtered, too", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  const port = 4790;
  const one = { ...PC1, lan: { ...PC1.lan, port } as typeof PC1.lan };
  await addPod(node, one);
  await addOther(node);
  let ports = "";
  await eventually(
    async () => {
      const set = ["list", "set", "inet", "megalos", "ports"];
      ports = (await node.run(["nft", ...set])).stdout;
      return /elements = { 4789, 4790 }/.test(ports);
    },
    20,
    () => `the filter's ports are ${ports}\n${manager.log}`,
  );
  await node.must("ip", "netns", "add", "wire");
  await node.must("ip", "link", "set", "dev", "wire", "netns", "wire");
  const inWire = (...argv: string[]) => node.must("nsenter", "--net=/run/netns/wire", ...argv);
  await inWire("ip", "address", "add", `${STRANGER}/24`, "dev", "wire");
  await inWire("ip", "link", "set", "dev", "wire", "up");
  assert.equal(await countForged(node, one, () => inWire(...forge({ to: W1, port }))), 0);
});

// Counts packets of UDP over IPv6 that come to a port, and prints the number when its input ends.
const LISTEN = `
import select, socket, sys
udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
udp.bind(("::", int(sys.argv[1])))
print("ready", flush=True)
count = 0
while True:
    ready = select.select([udp, sys.stdin], [], [])[0]
    if udp in ready:
        udp.recv(2048)
        count += 1
    elif sys.stdin in ready:
        break
print(count)
`;

testAsRoot("no IPv6 fragments pass that hide their UDP port from the filter", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await addPod(node, PC1);
  await addOther(node);
  await manager.logged(/the VTEP filter is set/);
  await node.must("ip", "netns", "add", "wire");
  await node.must("ip", "link", "set", "dev", "wire", "netns", "wire");
  const inWire = (...argv: string[]) => node.must("nsenter", "--net=/run/netns/wire", ...argv);
  const [own, other] = ["fd00:99::11", "fd00:99::66"] as const;
  await node.must("ip", "address", "add", `${own}/64`, "dev", "eth0", "nodad");
  await inWire("ip", "address", "add", `${other}/64`, "dev", "wire", "nodad");
  await inWire("ip", "link", "set", "dev", "wire", "up");
  // The socket stands for that of VXLAN, which is one of IPv4 here.
  const toNode = { at: node.enter, to: own, from: inWire, as: other };
  assert.equal(await countCutOff(toNode, 4789, "port"), 0);
  assert.equal(await countCutOff(toNode, 4789, "options"), 0);
  const dropped = async () => (await readStatus(node)).vtepFilter.dropped;
  assert.deepEqual(await dropped(), { strangers: 2 * FORGED, spoofed: 0, forwarded: 0 });
  // Other fragments pass.
  assert.equal(await countCutOff(toNode, 9, "port"), FORGED);

  // A pod sends them to another node. The device makes that one known, as EVPN does over IPv6.
  const inEvil = (...argv: string[]) => node.must("nsenter", "--net=/run/netns/evil", ...argv);
  await node.must("sh", "-ec", EVIL_POD);
  const [evil, w2] = ["fd00:244::2", "fd00:99::12"] as const;
  await inWire("ip", "address", "add", `${w2}/64`, "dev", "wire", "nodad");
  await node.must("nsenter", `--net=${LANS}`, "sh", "-ec", NODE_OF_IPV6, "sh", own, w2);
  await eventually(
    async () => (await node.must("nft", "list", "set", "inet", "megalos", "vteps6")).includes(w2),
    10,
    () => `the node is not known\n${manager.log}`,
  );
  // The node finds the other one, so no fragment waits for that.
  await node.must("ping", "-6", "-n", "-c", "1", "-W", `${scaled(5)}`, w2);
  const enter = [...node.enter, "nsenter", "--net=/run/netns/wire"] as const;
  const underWay = { at: enter, to: w2, from: inEvil, as: evil };
  assert.equal(await countCutOff(underWay, 4789, "port"), 0);
  assert.equal(await countCutOff(underWay, 4789, "options"), 0);
  const all = { strangers: 2 * FORGED, spoofed: 0, forwarded: 2 * FORGED };
  assert.deepEqual(await dropped(), all);
  assert.equal(await countCutOff(underWay, 9, "port"), FORGED);
});

/** A pod of another pod network, over IPv6. */
const EVIL_POD = `
ip netns add evil
ip link add name cali-evil up type veth peer name eth0 netns evil
ip address add fd00:244::1/64 dev cali-evil nodad
ip -n evil address add fd00:244::2/64 dev eth0 nodad
ip -n evil link set dev eth0 up
ip -n evil route add default via fd00:244::1
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
`;

// Arguments: this node's address, the other one's.
const NODE_OF_IPV6 = `
ip link add name over6 type vxlan id 4000 local "$1" dstport 4789 nolearning
bridge fdb append 00:00:00:00:00:00 dev over6 dst "$2"
`;

/** Who gets fragments, and who sends them. */
interface Way {
  readonly at: readonly [string, ...string[]];
  readonly to: string;
  readonly from: (...argv: string[]) => Promise<string>;
  readonly as: string;
}

/** Answers how many of the packets come to a UDP port. */
async function countCutOff({ at, to, from, as }: Way, port: number, kind: string) {
  const talk = converse({ argv: [...at, "python3", "-c", LISTEN, `${port}`], timeoutMs: 60_000 });
  assert.equal(await talk?.readLine("stdout"), "ready");
  await from("python3", "-I", "-c", cutOff, as, to, `${port}`, `${FORGED}`, kind);
  return Number((await talk!.end()).stdout);
}
