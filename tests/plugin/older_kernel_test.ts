// Linux before 6.15: the VXLAN device is made in the node's namespace, and moved.
import assert from "node:assert/strict";
import { converse } from "../../shared/process/exec.ts";
import { BareNode, type Device, LANS, VTEP } from "../fixture/bare_node.ts";
import { callPlugin, CODE, codeOf, messageOf, resultOf } from "../fixture/calls.ts";
import { eventually } from "../fixture/eventually.ts";
import { BE_OLDER, refuseAsOlder } from "../fixture/older_kernel.ts";
import { testAsRoot } from "../fixture/privileged.ts";

const UNBORN = "vni~10";

async function startNode({ isOlder = true } = {}): Promise<BareNode> {
  const node = await BareNode.start();
  await node.addPods("pod");
  if (isOlder) await node.run(BE_OLDER);
  return node;
}

testAsRoot("a LAN is the same on every kernel", async () => {
  await using node = await startNode({ isOlder: false });
  const standing = async () => (await node.devices(LANS)).map(describe).toSorted();
  // The port's alias has the address.
  const add = { verb: "ADD", args: "MAC=02:00:00:00:00:01" };
  resultOf(await callPlugin(node, add));
  const expected = await standing();
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  await node.run(BE_OLDER);
  resultOf(await callPlugin(node, add));
  assert.deepEqual(await standing(), expected);
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
});

testAsRoot("a device of the LAN's name in the node's namespace is not in the way", async () => {
  await using node = await startNode();
  for (const name of ["net1-ntwork", "kt-net1-ntwork"]) {
    await node.ip(`link add name ${name} type bridge`);
  }
  resultOf(await callPlugin(node, { verb: "ADD" }));
  assert.equal((await node.device("net1-ntwork", LANS))?.linkinfo?.info_kind, "vxlan");
  assert.equal((await node.device("net1-ntwork"))?.linkinfo?.info_kind, "bridge");
});

testAsRoot("the node's namespace and FRR meet no name but the two that are meant", async () => {
  await using node = await startNode();
  resultOf(await callPlugin(node, { verb: "ADD" }));
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  let ofLans: string[] = [];
  const ofNode = await namesDuring(node, undefined, async () => {
    ofLans = await namesDuring(node, LANS, () => callPlugin(node, { verb: "ADD" }));
  });
  assert.deepEqual([...new Set(ofNode)], [UNBORN]);
  assert.ok(ofLans.includes("net1-ntwork"), `${ofLans}`);
  assert.ok(!ofLans.includes(UNBORN), `${ofLans}`);
});

testAsRoot("what a killed ADD has left in the node's namespace is met by ADD and DEL", async () => {
  await using node = await startNode();
  resultOf(await callPlugin(node, { verb: "ADD" }));
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  const before = await node.observe();
  const leave = () =>
    node.ip(`link add name ${UNBORN} type vxlan id 10 local ${VTEP} dstport 4789 nolearning`);
  await leave();
  resultOf(await callPlugin(node, { verb: "ADD" }));
  assert.equal(await node.device(UNBORN), undefined);
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  await leave();
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  assert.deepEqual(await node.observe(), before);
  // What only has the name is somebody else's.
  await node.ip(`link add name ${UNBORN} type vxlan id 11 local ${VTEP} dstport 4790`);
  assert.equal(codeOf(await callPlugin(node, { verb: "ADD" })), CODE.kernel);
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  assert.ok(await node.device(UNBORN));
});

/** The names of the devices of a LAN of the suffix `ntwork`, the alternative ones included. */
const devicesOf = (name: string, vni: number) => [
  ...[`${name}-ntwork`, `kt-${name}-ntwork`, `vni~${vni}`, `lan~${name}~ntwork`],
];

testAsRoot("a pod's interface that is called as a LAN's device is refused, with why", async () => {
  await using node = await startNode();
  const [, other = ""] = await node.addPods("third", "other");
  const net2 = { name: "net2", vxlanId: 11 };
  resultOf(await callPlugin(node, { verb: "ADD", container: "c2", netns: other, config: net2 }));
  await refuseAsOlder(node, devicesOf("net2", 11));
  // First the own LAN is not there yet.
  for (const isLanThere of [false, true]) {
    const third = { container: "c3", netns: "/run/netns/third" };
    if (isLanThere) resultOf(await callPlugin(node, { verb: "ADD", ...third }));
    const before = await node.observe();
    for (const ifname of [...devicesOf("net1", 10), ...devicesOf("net2", 11)]) {
      const reply = await callPlugin(node, { verb: "ADD", ifname });
      assert.equal(codeOf(reply), CODE.environment, reply.stdout);
      assert.equal(
        messageOf(reply),
        `Cannot use CNI_IFNAME ${ifname}: a LAN's device has that name, which Linux before 6.15 ` +
          "refuses",
      );
      assert.deepEqual(await node.observe(), before, ifname);
    }
    // The same pod can have an interface of another name.
    resultOf(await callPlugin(node, { verb: "ADD" }));
    assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  }
});

/**
 * The names that devices have in a namespace while a work is done, as the namespace's monitor tells
 * them.
 */
async function namesDuring(
  node: BareNode,
  netns: string | undefined,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const argv = node.enter(["ip", "-o", "monitor", "link"], netns);
  const monitor = converse({ argv, timeoutMs: 60_000 });
  assert.ok(monitor);
  const names: string[] = [];
  const shown = new Map<string, string>();
  const heard = (name: string) => names.includes(name);
  const reading = (async () => {
    for (let line; (line = await monitor.readLine("stdout")) !== undefined;) {
      const [, deleted, index = "", name = line] = /^(Deleted )?(\d+): ([^:@\s]+)/.exec(line) ?? [];
      // Linux 5.10 tells the end of a device that is moved under the name that it gets elsewhere.
      const known = deleted === undefined ? name : shown.get(index) ?? name;
      shown.set(index, known);
      names.push(known);
    }
  })();
  const sign = async (name: string) => {
    await node.ip(`link add name ${name} type bridge`, netns);
    await node.ip(`link del dev ${name}`, netns);
    return heard(name);
  };
  await eventually(() => sign("begins"), 10, "the monitor tells nothing");
  await work();
  await eventually(() => sign("ends"), 10, "the monitor tells nothing more");
  monitor.kill();
  await reading;
  await monitor.end();
  return names.filter((name) => name !== "begins" && name !== "ends");
}

function describe({ ifname, mtu, flags, group, master, ifalias, altnames, linkinfo }: Device) {
  const { info_kind, info_data, info_slave_data } = linkinfo ?? {};
  const { id, local, port, learning } = info_data ?? {};
  const { learning: learns, neigh_suppress, group_fwd_mask } = info_slave_data ?? {};
  return JSON.stringify([
    ...[ifname, mtu, flags.includes("UP"), group, master, ifalias, altnames, info_kind],
    ...[id, local, port, learning, learns, neigh_suppress, group_fwd_mask],
  ]);
}
