// An upgraded node: the Go original's LANs go on until their pods go, ours stand beside them, and nothing of theirs is left.
import assert from "node:assert/strict";
import { BareNode } from "./fixture/bare_node.ts";
import { callPlugin, codeOf, type Reply, resultOf } from "./fixture/calls.ts";
import type { Node } from "./fixture/cluster.ts";
import { eventually } from "./fixture/eventually.ts";
import {
  addOriginalLan,
  addOriginalPod,
  endPod,
  listOfNode,
  ORIGINAL,
  type RunOn,
} from "./fixture/original.ts";
import { canReach, pod } from "./fixture/pod.ts";
import { testAsRoot } from "./fixture/privileged.ts";
import {
  BINARY,
  callOn,
  countsOf,
  lanDevices,
  LAUNCHER,
  startResidentNode,
} from "./fixture/resident_node.ts";

const LANS = "/run/netns/megalos";
const SUCCESS = { exitCode: 0, stdout: "", stderr: "" };
const OLD = ["old1", "old2"] as const;
const ADDRESSES = { old1: "10.0.0.1", old2: "10.0.0.2", new1: "10.0.0.1", new2: "10.0.0.2" };
type PodName = keyof typeof ADDRESSES;

const on = (node: Node): RunOn => (...argv) => node.must(...argv);
const callOf = (verb: string, name: PodName) => ({
  verb,
  container: name,
  netns: `/run/netns/${name}`,
  ifname: "net0",
});

/** Two pods of the original on one LAN. */
async function addOld(node: Node): Promise<void> {
  await addOriginalLan(on(node));
  for (const name of OLD) await addOriginalPod(on(node), name, ADDRESSES[name]);
}

/** Two pods of ours on a LAN of the same name, suffix and VNI; the same addresses do not meet. */
async function addNew(node: Node, program: string): Promise<void> {
  for (const name of ["new1", "new2"] as const) {
    await node.must("ip", "netns", "add", name);
    resultOf(await callOn(node, callOf("ADD", name), program));
    const enter = ["nsenter", `--net=/run/netns/${name}`] as const;
    await node.must(...enter, "ip", "address", "add", `${ADDRESSES[name]}/24`, "dev", "net0");
  }
}

async function assertTalk(node: Node, from: PodName, to: PodName): Promise<void> {
  const reaches = () => canReach(node, pod(from, ""), ADDRESSES[to]);
  await eventually(reaches, 5, `${from} does not reach ${to}`);
}

/** DEL of a pod, twice; the answers are the same. */
async function del(node: Node, name: PodName, program: string): Promise<void> {
  for (const time of ["first", "second"]) {
    const reply = await callOn(node, callOf("DEL", name), program);
    assert.deepEqual(reply, SUCCESS, `DEL of ${name}, ${time} time`);
  }
}

for (const [way, program] of [["resident", LAUNCHER], ["binary", BINARY]] as const) {
  testAsRoot(`${way}: old pods and new ones talk, and DEL of the old leaves nothing`, async () => {
    let empty: string[] = [];
    await using worker = await startResidentNode(async (node) => {
      empty = await listOfNode(on(node));
      await addOld(node);
      await assertTalk(node, "old1", "old2");
    });
    const { node } = worker;
    await addNew(node, program);
    await assertTalk(node, "old1", "old2");
    await assertTalk(node, "new1", "new2");
    const ours = await lanDevices(node);
    const stood = await listOfNode(on(node));

    await del(node, "old1", program);
    const gone = stood.filter((line) => line !== "vethold1net0");
    assert.deepEqual(await listOfNode(on(node)), gone, "the LAN stands for the other pod");
    const inPod = await node.run(["ip", "-n", "old1", "link", "show", "dev", "net0"]);
    assert.match(inPod.stderr, /does not exist/);
    await del(node, "old2", program);
    assert.deepEqual(await listOfNode(on(node)), empty);

    assert.deepEqual(await lanDevices(node), ours);
    await assertTalk(node, "new1", "new2");
    await del(node, "new1", program);
    await del(node, "new2", program);
    assert.deepEqual(await lanDevices(node), []);
    if (program === LAUNCHER) {
      const answered = async () => (await countsOf(node, "DEL")).answered === 8;
      await eventually(answered, 10, "the resident has not answered");
    }
  });

  testAsRoot(`${way}: DEL of old pods at once, or without their namespaces`, async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    const empty = await listOfNode(on(node));
    await addOld(node);
    const replies = OLD.map((name) => callOn(node, callOf("DEL", name), program));
    assert.deepEqual(await Promise.all(replies), OLD.map(() => SUCCESS));
    assert.deepEqual(await listOfNode(on(node)), empty);

    for (const netns of ["/run/netns/old2", "", "no#where"]) {
      await addOld(node);
      await endPod(on(node), "old1");
      assert.deepEqual(await callOn(node, callOf("DEL", "old1"), program), SUCCESS);
      assert.ok((await listOfNode(on(node))).includes(ORIGINAL.bridge), "it is the other pod's");
      await endPod(on(node), "old2");
      assert.deepEqual(await callOn(node, { ...callOf("DEL", "old2"), netns }, program), SUCCESS);
      assert.deepEqual(await listOfNode(on(node)), empty, `CNI_NETNS "${netns}"`);
    }
  });
}

testAsRoot(
  "the bare binary deletes too, with no LAN namespace and a cut-off deletion",
  async () => {
    await using node = await BareNode.start();
    const before = await node.observe();
    const run: RunOn = (...argv) => node.run(argv as [string, ...string[]]);
    for (const cutOff of [false, true]) {
      await addOriginalLan(run);
      await addOriginalPod(run, "old1", ADDRESSES.old1);
      if (cutOff) await node.ip(`link del dev ${ORIGINAL.bridge}`);
      assert.deepEqual(await callPlugin(node, callOf("DEL", "old1")), SUCCESS);
      await endPod(run, "old1");
      assert.deepEqual(await node.observe(), before);
    }
  },
);

/** What looks like the original's and is not, or is in use: sh text that is run where a LAN of it stands, with a pod. */
const FOREIGN = [
  ["a bridge without VXLAN", `ip link del dev ${ORIGINAL.vxlan}`],
  ["VXLAN that is no port", `ip link set dev ${ORIGINAL.vxlan} nomaster`],
  [
    "VXLAN on another bridge",
    `ip link add name br0 type bridge; ip link set dev ${ORIGINAL.vxlan} master br0`,
  ],
  [
    "another kind of device in VXLAN's place",
    `ip link del dev ${ORIGINAL.vxlan}
    ip link add name ${ORIGINAL.vxlan} master ${ORIGINAL.bridge} type veth peer name other`,
  ],
  [
    "a bridge of another name",
    `ip link set dev ${ORIGINAL.bridge} down; ip link set dev ${ORIGINAL.bridge} name kt-other`,
  ],
  [
    "an interface that leads elsewhere, and a port of someone",
    `ip -n old1 link set dev net0 name own
    ip link add name elsewhere type veth peer name net0 netns old1`,
  ],
] as const;

testAsRoot("DEL leaves alone what is not the original's, or in use", async () => {
  for (const [title, script] of FOREIGN) {
    await using node = await BareNode.start();
    const run: RunOn = (...argv) => node.run(argv as [string, ...string[]]);
    await addOriginalLan(run);
    await addOriginalPod(run, "old1", ADDRESSES.old1);
    await node.run(["sh", "-ec", script]);
    await assertUntouched(node, title, {});
  }
});

testAsRoot("DEL leaves alone a LAN of another VNI, name or suffix", async () => {
  await using node = await BareNode.start();
  const run: RunOn = (...argv) => node.run(argv as [string, ...string[]]);
  await addOriginalLan(run);
  await addOriginalPod(run, "old1", ADDRESSES.old1);
  for (const config of [{ vxlanId: 11 }, { name: "net2" }, { suffix: "other" }, { suffix: 1 }]) {
    await assertUntouched(node, JSON.stringify(config), config);
  }
  // The original cuts a name to 5 characters.
  await node.ip(`link set dev ${ORIGINAL.vxlan} down`);
  await node.ip(`link set dev ${ORIGINAL.vxlan} name serve-ntwork`);
  await node.ip(`link set dev ${ORIGINAL.bridge} down`);
  await node.ip(`link set dev ${ORIGINAL.bridge} name kt-serve-ntwork`);
  const reply = await callPlugin(node, { ...callOf("DEL", "old1"), config: { name: "server1" } });
  assert.deepEqual(reply, SUCCESS);
  assert.equal(await node.device("kt-serve-ntwork"), undefined);
});

async function assertUntouched(
  node: BareNode,
  title: string,
  config: Readonly<Record<string, unknown>>,
): Promise<void> {
  const before = await node.observe();
  assert.deepEqual(await callPlugin(node, { ...callOf("DEL", "old1"), config }), SUCCESS, title);
  assert.deepEqual(await node.observe(), before, title);
}

testAsRoot("a VNI may be the original's and ours at once, but not on one UDP port", async () => {
  await using node = await BareNode.start();
  const run: RunOn = (...argv) => node.run(argv as [string, ...string[]]);
  await node.addPods("new1");
  await addOriginalLan(run);
  const add = (port: number): Promise<Reply> =>
    callPlugin(node, { ...callOf("ADD", "new1"), config: { port } });
  const refused = await add(8472);
  assert.notEqual(codeOf(refused), 0);
  assert.match(refused.stdout, /A VXLAN device with the specified VNI already exists/);
  assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
  resultOf(await add(4789));
  assert.deepEqual(await callPlugin(node, callOf("DEL", "new1")), SUCCESS);
  assert.ok(await node.device(ORIGINAL.bridge), "a DEL that found its port asks no more");
  // The second one does: nobody is on the original's LAN.
  assert.deepEqual(await callPlugin(node, callOf("DEL", "new1")), SUCCESS);
  assert.equal(await node.device(ORIGINAL.bridge), undefined);
  resultOf(await add(8472));
});
