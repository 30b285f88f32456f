// Which devices of the Go original the plugin deletes, and which look-alikes it leaves alone.
import assert from "node:assert/strict";
import { sleep } from "../../shared/process/time.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";
import { type Call, callPlugin, codeOf, resultOf } from "../fixture/calls.ts";
import {
  addOriginalLan,
  addOriginalPod,
  endPod,
  ORIGINAL,
  type RunOn,
} from "../fixture/original.ts";
import { eventually } from "../fixture/eventually.ts";
import { testAsRoot } from "../fixture/privileged.ts";

const SUCCESS = { exitCode: 0, stdout: "", stderr: "" };
const ADDRESS = "10.0.0.1";
const DEL: Call = { verb: "DEL", container: "old", netns: "/run/netns/old", ifname: "net0" };

const on = (node: BareNode): RunOn => (program, ...args) => node.run([program, ...args]);

/** A node where a LAN of the original stands, with a pod. */
async function startOriginalNode(): Promise<BareNode> {
  const node = await BareNode.start();
  await addOriginalLan(on(node));
  await addOriginalPod(on(node), "old", ADDRESS);
  return node;
}

testAsRoot(
  "the bare binary deletes too, with no LAN namespace and a cut-off deletion",
  async () => {
    await using node = await BareNode.start();
    const before = await node.observe();
    for (const cutOff of [false, true]) {
      await addOriginalLan(on(node));
      await addOriginalPod(on(node), "old", ADDRESS);
      if (cutOff) await node.ip(`link del dev ${ORIGINAL.bridge}`);
      assert.deepEqual(await callPlugin(node, DEL), SUCCESS);
      await endPod(on(node), "old");
      assert.deepEqual(await node.observe(), before);
    }
  },
);

/**
 * What only looks like the original's, or is in use: sh text that is run where a LAN of the
 * original stands, with a pod.
 */
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
    // Before Linux 6.2 a device that is up cannot have another name.
    `ip -n old link set dev net0 down
    ip -n old link set dev net0 name own
    ip -n old link set dev own up
    ip link add name elsewhere type veth peer name net0 netns old`,
  ],
] as const;

testAsRoot("DEL leaves alone what is not the original's, or in use", async () => {
  for (const [title, script] of FOREIGN) {
    await using node = await BareNode.start();
    await addOriginalLan(on(node));
    await addOriginalPod(on(node), "old", ADDRESS);
    await node.run(["sh", "-ec", script]);
    await assertUntouched(node, title, {});
  }
});

testAsRoot("DEL leaves alone a LAN of another VNI, name or suffix", async () => {
  await using node = await startOriginalNode();
  for (const config of [{ vxlanId: 11 }, { name: "net2" }, { suffix: "other" }, { suffix: 1 }]) {
    await assertUntouched(node, JSON.stringify(config), config);
  }
  // The original cuts a name to 5 characters.
  await node.ip(`link set dev ${ORIGINAL.vxlan} down`);
  await node.ip(`link set dev ${ORIGINAL.vxlan} name serve-ntwork`);
  await node.ip(`link set dev ${ORIGINAL.bridge} down`);
  await node.ip(`link set dev ${ORIGINAL.bridge} name kt-serve-ntwork`);
  const reply = await callPlugin(node, { ...DEL, config: { name: "server1" } });
  assert.deepEqual(reply, SUCCESS);
  assert.equal(await node.device("kt-serve-ntwork"), undefined);
});

/** A device that is up gets its link-local address up to a second later. */
async function observeAtRest(node: BareNode): Promise<Awaited<ReturnType<BareNode["observe"]>>> {
  let seen = await node.observe();
  await eventually(
    async () => {
      await sleep(1_500);
      const before = JSON.stringify(seen);
      seen = await node.observe();
      return JSON.stringify(seen) === before;
    },
    20,
    "the node's devices change all the time",
  );
  return seen;
}

async function assertUntouched(
  node: BareNode,
  title: string,
  config: Readonly<Record<string, unknown>>,
): Promise<void> {
  const before = await observeAtRest(node);
  assert.deepEqual(await callPlugin(node, { ...DEL, config }), SUCCESS, title);
  assert.deepEqual(await node.observe(), before, title);
}

testAsRoot("a VNI may be the original's and ours at once, but not on one UDP port", async () => {
  await using node = await BareNode.start();
  await node.addPods("new");
  await addOriginalLan(on(node));
  const pod = { container: "new", netns: "/run/netns/new" };
  const add = (port: number) => callPlugin(node, { ...pod, verb: "ADD", config: { port } });
  const del = () => callPlugin(node, { ...pod, verb: "DEL" });
  const refused = await add(8472);
  assert.notEqual(codeOf(refused), 0);
  assert.match(refused.stdout, /A VXLAN device with the specified VNI already exists/);
  assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
  resultOf(await add(4789));
  assert.deepEqual(await del(), SUCCESS);
  assert.ok(await node.device(ORIGINAL.bridge), "a DEL that found its port asks no more");
  // The second DEL asks: nobody is on the original's LAN.
  assert.deepEqual(await del(), SUCCESS);
  assert.equal(await node.device(ORIGINAL.bridge), undefined);
  resultOf(await add(8472));
});
