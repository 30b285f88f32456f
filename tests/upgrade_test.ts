// An upgrade of the Go original: its LANs go on until their pods go, and ours stand beside them.
import assert from "node:assert/strict";
import { resultOf } from "./fixture/calls.ts";
import { type Node, startCluster, workerAddress } from "./fixture/cluster.ts";
import { eventually } from "./fixture/eventually.ts";
import {
  addOriginalLan,
  addOriginalPod,
  endPod,
  listOfNode,
  ORIGINAL,
  type RunOn,
} from "./fixture/original.ts";
import { runManagers } from "./fixture/manager.ts";
import { addPod, call, canReach, pod } from "./fixture/pod.ts";
import { testAsRoot } from "./fixture/privileged.ts";
import {
  BINARY,
  callOn,
  countsOf,
  lanDevices,
  LAUNCHER,
  startResidentNode,
} from "./fixture/resident_node.ts";

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

/** Two pods of ours on a LAN of the same name, suffix and VNI. Equal addresses do not meet. */
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
  await eventually(reaches, 20, `${from} does not reach ${to}`);
}

/** Makes a pod's DEL twice, and asserts that the answers are the same. */
async function del(node: Node, name: PodName, program: string): Promise<void> {
  for (const time of ["first", "second"]) {
    const reply = await callOn(node, callOf("DEL", name), program);
    assert.deepEqual(reply, SUCCESS, `DEL of ${name}, ${time} time`);
  }
}

for (const [way, program] of [["resident", LAUNCHER], ["binary", BINARY]] as const) {
  testAsRoot(`${way}: old pods and new ones talk, and DEL of the old leaves nothing`, async () => {
    let empty: string[] = [];
    const before = async (node: Node) => {
      empty = await listOfNode(on(node));
      await addOld(node);
      await assertTalk(node, "old1", "old2");
    };
    await using worker = await startResidentNode({ before });
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

// Arguments: VXLAN device, address of the other node. Adds what the original's speaker writes for a
// LAN's broadcasts.
const FLOOD = `bridge fdb append 00:00:00:00:00:00 dev "$1" dst "$2"`;

testAsRoot(
  "between nodes: a LAN of the original and one of ours of its VNI, side by side",
  async () => {
    await using cluster = await startCluster();
    const [w1, w2] = cluster.workers;
    for (const [at, node] of cluster.workers.entries()) {
      await addOriginalLan(on(node));
      await addOriginalPod(on(node), OLD[at]!, ADDRESSES[OLD[at]!]);
      await node.must("sh", "-c", FLOOD, "sh", ORIGINAL.vxlan, workerAddress(1 - at));
    }
    await assertTalk(w1, "old1", "old2");
    await using _running = await runManagers(cluster);
    const [new1, new2] = [pod("new1", "02:00:00:00:00:01"), pod("new2", "02:00:00:00:00:02")];
    await addPod(w1, new1, ADDRESSES.new1);
    await addPod(w2, new2, ADDRESSES.new2);
    await assertTalk(w1, "new1", "new2");
    await assertTalk(w2, "old2", "old1");
    assert.equal((await call(w1, "DEL", pod("old1", ""))).reason, "success");
    await assertTalk(w2, "new2", "new1");
    assert.ok(!(await listOfNode(on(w1))).includes(ORIGINAL.vxlan));
  },
);
