// A storm in one LAN is cut to its limit, which is said once; other frames pass.
import assert from "node:assert/strict";
import { scaled } from "../../shared/process/time_scale.ts";
import { type Attack, attack, EVERYBODY, NOBODY, sendSegmented } from "../fixture/attacker.ts";
import { LANS } from "../fixture/bare_node.ts";
import { countForged } from "../fixture/forger.ts";
import { eventually } from "../fixture/eventually.ts";
import { MANAGER, readStatus } from "../fixture/manager.ts";
import { addPod, call, canReach, inPod, NET1, type Pod, pod } from "../fixture/pod.ts";
import { addInterface, addLoop, closeRing, MALLORY as BRIDGE } from "../fixture/loop.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { countHellos, type Hellos, sendHellos } from "../fixture/hellos.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { type Node, workerAddress } from "../fixture/cluster.ts";

const MALLORY = pod("mallory", "02:00:00:00:00:0a");
const ALICE = pod("alice", "02:00:00:00:00:0b");
/** Frames a second; a burst is as many as five seconds have. */
const [LIMIT, BURST_SECONDS] = [100, 5];
const FRAMES = 20_000;
/** A storm is over when nothing was dropped for so long. An emulated kernel may be slower. */
const OVER_MS = 30_000;
/** Bytes of a full Ethernet frame. */
const FULL_FRAME = 1514;
/** So many ports leave each frame of other nodes the least of copies. */
const MANY_PORTS = 130;
/** One user's LANs, and how long he floods them (s). */
const [MANY_LANS, STORM_SECONDS] = [24, 6];
/** What a port may send to whomever. */
const PORT_FRAMES = 50_000;

testAsRoot(
  "broadcasts and unknown unicast of a port end at the limit, which is said once",
  async () => {
    await using worker = await startResidentNode({ settings: { MEGALOS_STORM_LIMIT: `${LIMIT}` } });
    const { node, manager } = worker;
    const inLans = (...argv: string[]) => node.must("nsenter", `--net=${LANS}`, ...argv);
    for (const [at, one] of [MALLORY, ALICE].entries()) await addPod(node, one, `10.0.0.${at + 1}`);
    await awaitTable(node);
    // So both have sent a frame, and are known.
    assert.ok(await canReach(node, MALLORY, "10.0.0.2"));
    for (const destination of [EVERYBODY, NOBODY]) {
      const { got, most } = await countAttack(node, { destination });
      assert.ok(got <= most && got > 0, `${destination}: ${got} of ${FRAMES}; at most ${most}`);
    }
    // What leaves in large pieces is held to the bytes of full frames.
    const [before, began] = [await countBytes(node, ALICE), performance.now()];
    const sent = await sendSegmented(node, MALLORY, "10.0.0.255", 300);
    const seconds = (performance.now() - began) / 1000;
    const came = await countBytes(node, ALICE) - before;
    // The kernel's burst of bytes is a second longer.
    const most = FULL_FRAME * LIMIT * (BURST_SECONDS + seconds + 2);
    assert.ok(came <= most && came > 0, `${came} bytes of ${sent}; at most ${most}`);
    const ended = performance.now();
    const known = await countAttack(node, { rate: 20_000, destination: ALICE.mac });
    assert.ok(known.got > FRAMES / 2, `${known.got} of ${FRAMES}`);
    assert.ok(await canReach(node, ALICE, "10.0.0.1"));
    const said = /warn LAN net1-ntwork \(VNI 10\): lab\/mallory net0 floods it: of more than 100/g;
    await manager.logged(new RegExp(said.source));
    await eventually(
      async () => (await readStatus(node)).limits.length > 0,
      10,
      () => `status shows no limit\n${manager.log}`,
    );
    const { stdout } = await node.run([MANAGER, "status"]);
    const isOver = performance.now() - ended >= OVER_MS;
    assert.match(
      stdout,
      /^100 flooded frames\/s +net1-ntwork +10 +lab\/mallory net0 +1( +met)?$/m,
    );
    if (!isOver) assert.match(stdout, /mallory net0 +1 +met$/m);
    assert.equal([...manager.log.matchAll(said)].length, 1, manager.log);

    // What somebody removes is put back; a limit of a LAN's own counts where it is lower.
    await inLans("nft", "delete", "table", "bridge", "megalos");
    const few = pod(
      "few",
      "02:00:00:00:00:0d",
      { ...NET1, name: "few", vxlanId: 11, stormLimit: 10 } as typeof NET1,
    );
    await addPod(node, few);
    await eventually(
      async () => (await inLans("nft", "list", "ruleset")).includes("goto storm_10"),
      10,
      () => `the LAN has no limit of its own\n${manager.log}`,
    );
    await attack(node, few, { frames: 200, destination: EVERYBODY });
    await manager.logged(/lab\/few net0 floods it: of more than 10 frames a second/);

    // What is there for a LAN goes with it, also while no manager is there: the table outlives it.
    const hasOwn = async () =>
      /storm_10_|mg\S+ : goto/.test(await inLans("nft", "list", "table", "bridge", "megalos"));
    const isGone = () =>
      eventually(async () => !await hasOwn(), 10, () => `it is there\n${worker.manager.log}`);
    assert.equal((await call(node, "DEL", few)).reason, "success");
    await isGone();
    assert.equal((await call(node, "ADD", few)).reason, "success");
    await eventually(hasOwn, 10, () => `the LAN has no limit of its own\n${manager.log}`);
    await manager.end("KILL");
    assert.equal((await call(node, "DEL", few)).reason, "success");
    assert.ok(await hasOwn());
    // Another one's table may have a chain of such a name.
    await inLans("nft", "add table bridge other; add chain bridge other storm_10_50");
    await worker.restart();
    await isGone();
  },
);

// Another node of LAN 10, at the other end of the worker's link.
const OTHER_NODE = `
set -e
ip netns add other
ip link set dev wire netns other
ip -n other address add 10.99.0.99/24 dev wire
ip -n other link set dev wire up
ip -n other link add name net0 type vxlan id 10 local 10.99.0.99 remote "$1" dstport 4789
ip -n other link set dev net0 up
`;

testAsRoot(
  "what other nodes send to one port is not limited, whatever the LAN is called",
  async () => {
    const settings = { MEGALOS_STORM_LIMIT: `${LIMIT}`, MEGALOS_VTEP_FILTER: "off" };
    await using worker = await startResidentNode({ settings });
    const { node } = worker;
    // Its VXLAN device begins as pods' ports do.
    const alice = { ...ALICE, lan: { ...NET1, name: "mgmt" } };
    await addPod(node, alice);
    await awaitTable(node);
    await node.must("sh", "-c", OTHER_NODE, "sh", workerAddress(0));
    const other = pod("other", "");
    const kind = { frames: FRAMES / 4, rate: FRAMES / 4, destination: EVERYBODY };
    const got = await countForged(node, alice, () => attack(node, other, kind));
    assert.ok(got > FRAMES / 8, `${got} of ${FRAMES / 4}`);
  },
);

testAsRoot(
  "what other nodes send to several ports is limited, whatever a port may send",
  async () => {
    const settings = { MEGALOS_STORM_LIMIT: `${LIMIT}`, MEGALOS_VTEP_FILTER: "off" };
    await using worker = await startResidentNode({ settings });
    const { node, manager } = worker;
    const inLans = (...argv: string[]) => node.must("nsenter", `--net=${LANS}`, ...argv);
    const hasLimit = async (name: string) =>
      (await inLans("nft", "list", "ruleset")).includes(`"net1-ntwork" : goto storm_${name}`);
    const awaitLimit = (name: string) =>
      eventually(() => hasLimit(name), 20, () => `no limit ${name}\n${manager.log}`);
    for (const one of [PC1, ALICE]) await addPod(node, one);
    await awaitLimit("25000_125000");
    assert.equal((await call(node, "DEL", ALICE)).reason, "success");
    await eventually(async () => !await hasLimit("25000_125000"), 20, "one port has a limit");
    for (let at = 1; at < MANY_PORTS; at += 10) {
      const some = Array.from({ length: Math.min(10, MANY_PORTS - at) }, (_, more) => at + more);
      await Promise.all(some.map((one) => addPod(node, pod(`many${one}`, toMac(one)))));
    }
    await awaitLimit("500_3000");
    await node.must("sh", "-c", OTHER_NODE, "sh", workerAddress(0));
    // What so many devices of another node say when they start, twice each, comes whole.
    const [other, devices] = [pod("other", ""), 250];
    await using counted = new AsyncDisposableStack();
    const pc1 = counted.use(await countHellos(node, PC1));
    for (let burst = 0; burst < 2; burst++) await sendHellos(node, other, devices);
    const all = { ospf: 2 * devices, rip: 2 * devices, arp: 2 * devices };
    const isAll = async () => {
      const { ospf, rip, arp } = await pc1.count();
      return ospf + rip + arp >= 6 * devices;
    };
    const tell = async () =>
      `of each ${2 * devices} there came ${JSON.stringify(await pc1.count())}`;
    await eventually(isAll, 10, tell);
    assert.deepEqual(await pc1.count(), all);
    assert.deepEqual((await readStatus(node)).limits, []);
    const [ways, allowed] = [{ from: other, to: PC1 }, { rate: 500, burst: 3_000 }];
    const { got, most } = await countStorm(node, ways, { destination: EVERYBODY }, allowed);
    assert.ok(got <= most && got > 0, `${got} of ${FRAMES}; at most ${most}`);
    const said = /LAN net1-ntwork .*: net1-ntwork floods it: of more than 500 frames/;
    // An emulated machine copies fewer frames to so many ports than the limit lets pass.
    if (most < FRAMES) await manager.logged(said);
  },
);

testAsRoot(
  "what one user's many LANs flood is limited together, and who floods little loses nothing",
  async () => {
    await using worker = await startResidentNode();
    const { node, manager } = worker;
    const lan = (at: number) => ({ name: `many${at}`, suffix: "lab", vxlanId: 100 + at });
    const numbers = Array.from({ length: MANY_LANS }, (_, at) => at);
    for (const one of [MALLORY, ALICE]) {
      await addPod(node, one);
      for (const at of numbers) await addInterface(node, one, `many${at}`, lan(at));
    }
    await awaitTable(node);
    const countCame = async () => {
      const links: { ifname: string; stats64: { rx: { packets: number } } }[] = JSON.parse(
        await inPod(node, ALICE, "ip", "-s", "-j", "link", "show"),
      );
      const came = links.filter(({ ifname }) => ifname.startsWith("many"));
      assert.equal(came.length, MANY_LANS);
      return came.reduce((total, { stats64 }) => total + stats64.rx.packets, 0);
    };
    const [before, began] = [await countCame(), performance.now()];
    const storm = { seconds: scaled(STORM_SECONDS), destination: EVERYBODY };
    const little = { frames: 200, rate: 50, destination: EVERYBODY };
    const sent = await Promise.all([
      ...numbers.map((at) => attack(node, MALLORY, { ...storm, interface: `many${at}` })),
      attack(node, MALLORY, little).then(() => 0),
    ]);
    const seconds = (performance.now() - began) / 1000 + 1;
    const came = await countCame() - before;
    const few = MANY_LANS * (1_000 + 100 * seconds);
    const most = few + 10 * (10_000 + 2_000 * seconds);
    const all = sent.reduce((total, one) => total + one, 0);
    assert.ok(came <= most && came > few, `${came} of ${all} in ${seconds} s; at most ${most}`);
    // Each port alone had room for this.
    assert.ok(came < MANY_LANS * (10_000 + 2_000 * (seconds - 1)), `${came} in ${seconds} s`);
    await manager.logged(/LAN many\d+-lab .*mallory many\d+ floods it while much else is flooded/);
    const limits: { limit: string; lan: string }[] = (await readStatus(node)).limits;
    assert.ok(limits.some(({ limit }) => limit === "share"));
    assert.deepEqual(limits.filter((one) => one.lan === "net1-ntwork"), []);
  },
);

testAsRoot("in a LAN of a hundred nodes fewer frames of a port are flooded", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  for (const one of [MALLORY, ALICE]) await addPod(node, one);
  await awaitTable(node);
  await addNodes(node);
  await eventually(
    () => hasLimitOfNodes(node),
    20,
    () => `the LAN has no limit of its own\n${manager.log}`,
  );
  const { got, most } = await countAttack(node, { destination: EVERYBODY }, LIMIT_OF_NODES);
  assert.ok(got <= most && got > 0, `${got} of ${FRAMES}; at most ${most}`);
});

testAsRoot("the limit of a LAN of many nodes goes with them", async () => {
  await using pods = await startTwoPods();
  const [w1] = pods.cluster.workers;
  await awaitTable(w1);
  // EVPN knows none of them, so the manager takes them away again.
  await eventually(
    async () => {
      await addNodes(w1);
      return await hasLimitOfNodes(w1);
    },
    20,
    "the LAN has no limit of its own",
  );
  await eventually(async () => !await hasLimitOfNodes(w1), 20, "the limit is still there");
});

/** What a hundred nodes leave of the limit. */
const LIMIT_OF_NODES = 390;

/** Names a hundred nodes for a LAN. Those that it has already are passed over. */
async function addNodes(node: Node): Promise<void> {
  const entry = "fdb append 00:00:00:00:00:00 dev net1-ntwork dst";
  const stdin = Array.from({ length: 100 }, (_, at) => `${entry} 10.99.1.${at + 1}\n`).join("");
  await node.run(["nsenter", `--net=${LANS}`, "bridge", "-force", "-batch", "-"], { stdin });
}

async function hasLimitOfNodes(node: Node): Promise<boolean> {
  const rules = await node.must("nsenter", `--net=${LANS}`, "nft", "list", "ruleset");
  return rules.includes(`goto storm_${LIMIT_OF_NODES}`);
}

testAsRoot("who fills the table of known MAC addresses limits nobody's unicast", async () => {
  await using worker = await startResidentNode({ settings: { MEGALOS_STORM_LIMIT: `${LIMIT}` } });
  const { node } = worker;
  for (const one of [MALLORY, ALICE]) await addPod(node, one);
  await awaitTable(node);
  // As many ports make them known, which takes minutes. The pods' own may be known already.
  await fillKnown(node, Array.from({ length: MOST_KNOWN }, (_, at) => toMac(at)));
  for (const { mac } of [MALLORY, ALICE]) await nft(node, `delete element ${KNOWN} { ${mac} }\n`);
  await fillKnown(node, [toMac(MOST_KNOWN), toMac(MOST_KNOWN + 1)]);
  const sent = await countAttack(node, { rate: 10_000, destination: ALICE.mac });
  assert.ok(sent.got > FRAMES / 2, `${sent.got} of ${FRAMES}`);
  // The limit of broadcasts is as before.
  const { got, most } = await countAttack(node, { destination: EVERYBODY });
  assert.ok(got <= most && got > 0, `${got} of ${FRAMES}; at most ${most}`);
});

/** Has mallory send frames, and counts those that alice gets: {@link countStorm}. */
function countAttack(
  node: Node,
  kind: Omit<Attack, "frames">,
  limit = LIMIT,
): Promise<{ got: number; most: number }> {
  const allowed = { rate: limit, burst: BURST_SECONDS * limit };
  return countStorm(node, { from: MALLORY, to: ALICE }, kind, allowed);
}

/**
 * Has a pod send frames, and answers how many another one has got, and how many a limit has passed
 * at most while they were sent.
 */
async function countStorm(
  node: Node,
  { from, to }: { readonly from: Pod; readonly to: Pod },
  kind: Omit<Attack, "frames">,
  { rate, burst }: { readonly rate: number; readonly burst: number },
): Promise<{ got: number; most: number }> {
  let most = 0;
  const got = await countForged(node, to, async () => {
    const started = performance.now();
    await attack(node, from, { ...kind, frames: FRAMES });
    // On a slow machine more of the limit's seconds pass.
    most = burst + rate * ((performance.now() - started) / 1000 + 1);
  });
  return { got, most };
}

const KNOWN = "bridge megalos known";
/** What the table takes. */
const MOST_KNOWN = 262_144;
const ADDED_AT_ONCE = 16_384;

const toMac = (at: number) =>
  [
    "06:00:00",
    ...[at >> 16, at >> 8 & 255, at & 255].map((byte) => byte.toString(16).padStart(2, "0")),
  ].join(":");

const toElement = (mac: string) => `${mac} timeout 1h`;

const nft = (node: Node, script: string) =>
  node.run(["nsenter", `--net=${LANS}`, "nft", "-f", "-"], { stdin: script });

/**
 * Adds them until the set takes no more: of what is too much for it, nft adds nothing. They are to
 * be there until the test has ended, however slow the machine is.
 */
async function fillKnown(node: Node, macs: readonly string[]): Promise<void> {
  const isTooMuch = macs.length > ADDED_AT_ONCE ||
    (await nft(node, `add element ${KNOWN} { ${macs.map(toElement).join(", ")} }\n`)).reason !==
      "success";
  if (!isTooMuch || macs.length === 1) return;
  const half = Math.ceil(macs.length / 2);
  await fillKnown(node, macs.slice(0, half));
  await fillKnown(node, macs.slice(half));
}

const circles = "a frame to a known MAC address that circles through two LANs is dropped";
// An emulated machine's ring goes on for ever, below what a port may send.
const isTooSlow = scaled(1) > 5 ? "no ring of this machine reaches the limit" : "";
testAsRoot(circles, async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await awaitTable(node);
  await addPod(node, BRIDGE);
  await addLoop(node);
  await closeRing(node);
  // The frames a second of the port that has most: a slow machine's ring may go on below the limit.
  let fastest = Infinity;
  await eventually(
    async () => {
      const [before, started] = [await countFrames(node), performance.now()];
      await node.must("sleep", "1");
      const after = await countFrames(node);
      const seconds = (performance.now() - started) / 1000;
      const grown = [...after].map(([port, count]) => count - (before.get(port) ?? 0));
      fastest = Math.max(...grown) / seconds;
      return grown.length === 4 && fastest < PORT_FRAMES;
    },
    20,
    () => `a port has ${fastest} frames a second\n${manager.log}`,
  );
  const met = /LAN (attack|loop)-lab .*: lab\/(mallory|helper) net[01] sends .* more than 50000 /;
  if (fastest < PORT_FRAMES / 10) await manager.logged(met);
}, isTooSlow);

testAsRoot(
  "what 500 devices behind one port say at their start passes the default limit",
  async () => {
    await using pods = await startTwoPods();
    const [w1, w2] = pods.cluster.workers;
    await addPod(w1, ALICE);
    for (const node of [w1, w2]) await awaitTable(node);
    // Two bursts, as two intervals of hellos are.
    const devices = 500;
    await using counted = new AsyncDisposableStack();
    const alice = counted.use(await countHellos(w1, ALICE));
    const pc2 = counted.use(await countHellos(w2, PC2));
    for (let burst = 0; burst < 2; burst++) await sendHellos(w1, PC1, devices);
    const sum = ({ ospf, rip, arp }: Hellos) => ospf + rip + arp;
    const all = { ospf: 2 * devices, rip: 2 * devices, arp: 2 * devices };
    for (const hears of [alice, pc2]) {
      await eventually(
        async () => sum(await hears.count()) >= sum(all),
        10,
        async () => `of each ${2 * devices} there came ${JSON.stringify(await hears.count())}`,
      );
      assert.deepEqual(await hears.count(), all);
    }
    assert.deepEqual((await readStatus(w1)).limits, []);
  },
);

async function awaitTable(node: Node): Promise<void> {
  const list = ["nsenter", `--net=${LANS}`, "nft", "list", "tables"] as const;
  await eventually(
    async () => (await node.must(...list)).includes("table bridge megalos"),
    10,
    `${node.name} has no table`,
  );
}

/** How many frames the pods' ports have got. */
async function countFrames(node: Node): Promise<ReadonlyMap<string, number>> {
  const list = ["ip", "-s", "-j", "link", "show", "type", "veth"] as const;
  const links: { ifname: string; stats64: { rx: { packets: number } } }[] = JSON.parse(
    await node.must("nsenter", `--net=${LANS}`, ...list),
  );
  return new Map(links.map(({ ifname, stats64 }) => [ifname, stats64.rx.packets]));
}

/** How many bytes a pod's interface has got. */
async function countBytes(node: Node, one: Pod): Promise<number> {
  const text = await inPod(node, one, "ip", "-s", "-j", "link", "show", "dev", "net0");
  return JSON.parse(text)[0].stats64.rx.bytes;
}
