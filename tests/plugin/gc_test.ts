// GC takes only the ports that the runtime has forgotten. STATUS says whether an ADD could succeed.
import assert from "node:assert/strict";
import { callPlugin, CODE, codeOf, type Config, messageOf, resultOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";

const KEY = "cni.dev/valid-attachments";
const OTHER: Config = { name: "net2", vxlanId: 11 };

/** Two pods on the LAN and one on another. */
async function startNodeWithPods(): Promise<BareNode> {
  const node = await BareNode.start();
  for (const [name, config] of [["a", {}], ["b", {}], ["c", OTHER]] as const) {
    const [netns = ""] = await node.addPods(name);
    resultOf(await callPlugin(node, { verb: "ADD", netns, container: name, config }));
  }
  return node;
}

/** What the runtime says, and which pods keep their interface. */
const CASES: [unknown, string][] = [
  [undefined, "abc"],
  [null, "abc"],
  [[{ containerID: "a", ifname: "net1" }, { containerID: "b", ifname: "net1" }], "abc"],
  [[{ containerID: "a", ifname: "net1" }], "ac"],
  [[{ containerID: "a", ifname: "net1" }, { containerID: "b", ifname: "eth0" }], "ac"],
  [[], "c"],
];

testAsRoot("GC leaves what is valid, and the ports of other LANs", async () => {
  for (const [valid, kept] of CASES) {
    await using node = await startNodeWithPods();
    const call = { verb: "GC", config: { [KEY]: valid } };
    for (const _ of ["once", "again"]) {
      assert.deepEqual(await callPlugin(node, call), { exitCode: 0, stdout: "", stderr: "" });
    }
    const found = await Promise.all(
      ["a", "b", "c"].map(async (name) =>
        await node.device("net1", `/run/netns/${name}`) === undefined ? "" : name
      ),
    );
    assert.equal(found.join(""), kept, JSON.stringify(valid));
    const isLanThere = await node.device("kt-net1-ntwork", LANS) !== undefined;
    assert.equal(isLanThere, kept !== "c", "the LAN goes with its last port");
  }
});

testAsRoot("GC refuses what is no list of attachments, and changes nothing", async () => {
  await using node = await startNodeWithPods();
  const before = await node.observe();
  for (const valid of ["all", {}, [1], [{ containerID: "a" }], [{ containerID: 1, ifname: "x" }]]) {
    const reply = await callPlugin(node, { verb: "GC", config: { [KEY]: valid } });
    assert.equal(codeOf(reply), CODE.config, reply.stdout);
    assert.match(messageOf(reply), new RegExp(KEY));
    assert.deepEqual(await node.observe(), before);
  }
});

testAsRoot("GC where nothing is makes nothing", async () => {
  await using node = await BareNode.start();
  const before = await node.observe();
  assert.equal(codeOf(await callPlugin(node, { verb: "GC", config: { [KEY]: [] } })), 0);
  assert.deepEqual(await node.observe(), before);
});

testAsRoot("GC leaves a device on the bridge that is no port of ours", async () => {
  await using node = await startNodeWithPods();
  const line = "link add name tap master kt-net1-ntwork type veth peer name tap2";
  await node.ip(line, LANS);
  assert.equal(codeOf(await callPlugin(node, { verb: "GC", config: { [KEY]: [] } })), 0);
  const names = (await node.devices(LANS)).map(({ ifname }) => ifname);
  assert.ok(names.includes("tap") && names.includes("net1-ntwork"), names.join());
  assert.equal(await node.device("net1", "/run/netns/a"), undefined);
});

testAsRoot("STATUS says yes where the underlay has an address, and 50 where not", async () => {
  await using node = await BareNode.start();
  const before = await node.observe();
  assert.deepEqual(await callPlugin(node, { verb: "STATUS" }), {
    exitCode: 0,
    stdout: "",
    stderr: "",
  });
  assert.deepEqual(await node.observe(), before);
  await node.ip("address flush dev eth0");
  const reply = await callPlugin(node, { verb: "STATUS" });
  assert.equal(codeOf(reply), CODE.notAvailable, reply.stdout);
  assert.match(messageOf(reply), /Cannot attach pods on this node now: .*VTEP address/);
});

testAsRoot(
  "without an underlay ADD is to be tried later, and leaves nothing of a LAN",
  async () => {
    await using node = await BareNode.start();
    await node.addPods("pod");
    await node.ip("address flush dev eth0");
    assert.equal(codeOf(await callPlugin(node, { verb: "ADD" })), CODE.tryLater);
    const left = [...await node.devices(LANS), ...await node.devices("/run/netns/pod")];
    assert.deepEqual(left.filter(({ ifname }) => ifname !== "lo"), []);
  },
);
