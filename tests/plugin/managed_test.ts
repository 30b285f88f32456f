// The plugin on a node with a manager makes no namespace and guesses no facts.
// It says "try again later" instead.
import assert from "node:assert/strict";
import { renderNodeFacts } from "../../shared/lan/node_facts.ts";
import { netnsId } from "../../shared/lan/lan_netns.ts";
import { callPlugin, CODE, codeOf, messageOf, resultOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";

const MANAGED = { env: { MEGALOS_MANAGED: "1" } };

/** Does what the manager does, in part. */
async function prepare(node: BareNode, ...parts: ("facts" | "locks" | "netns")[]): Promise<void> {
  if (parts.includes("netns")) await node.addPods("megalos");
  Deno.mkdirSync(node.outside("/run/megalos/lock"), { recursive: true });
  if (parts.includes("locks")) {
    Deno.writeTextFileSync(node.outside("/run/megalos/lock/010"), "");
  }
  if (!parts.includes("facts")) return;
  const inode = Deno.statSync(`/proc/${node.pid}/ns/net`).ino ?? 0;
  const facts = {
    ...{ v: 1 as const, vtep: "192.0.2.7", mtu: 1400, vxlanPort: 4790 },
    nodeNetns: netnsId(inode),
  };
  Deno.writeTextFileSync(node.outside("/run/megalos/node.json"), renderNodeFacts(facts));
}

testAsRoot(
  "what the manager has not made yet is code 11, STATUS 50, and nothing is made",
  async () => {
    const parts = ["facts", "locks", "netns"] as const;
    for (const missing of parts) {
      await using node = await BareNode.start();
      await node.addPods("pod");
      await prepare(node, ...parts.filter((part) => part !== missing));
      const before = await node.observe();
      const reply = await callPlugin(node, { verb: "ADD", ...MANAGED });
      assert.equal(codeOf(reply), CODE.tryLater, `no ${missing}: ${reply.stdout}`);
      assert.match(messageOf(reply), /the manager has not (made|written)/);
      const { exitCode } = await callPlugin(node, { verb: "DEL", ...MANAGED });
      assert.equal(exitCode, missing === "locks" ? 1 : 0);
      if (missing !== "locks") {
        assert.equal(
          codeOf(await callPlugin(node, { verb: "STATUS", ...MANAGED })),
          CODE.notAvailable,
        );
      }
      assert.deepEqual(await node.observe(), before, `no ${missing}`);
    }
  },
);

testAsRoot("with the manager's facts the plugin takes them, not its own", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  await prepare(node, "facts", "locks", "netns");
  assert.equal(codeOf(await callPlugin(node, { verb: "STATUS", ...MANAGED })), 0);
  const before = await node.observe();
  const fifo = "/run/netns/fifo";
  await node.run(["mkfifo", fifo]);
  for (const netns of [`/proc/${node.pid}/ns/net`, LANS, fifo]) {
    assert.equal(
      codeOf(await callPlugin(node, { verb: "ADD", netns, ...MANAGED })),
      CODE.netns,
      netns,
    );
  }
  await node.run(["rm", fifo]);
  const result = resultOf(await callPlugin(node, { verb: "ADD", ...MANAGED }));
  assert.deepEqual(result.interfaces.map(({ mtu }) => mtu), [1350, 1350]);
  const vxlan = await node.device("net1-ntwork", LANS);
  assert.equal(vxlan?.linkinfo?.info_data?.local, "192.0.2.7");
  assert.equal(vxlan?.linkinfo?.info_data?.port, 4790);
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL", ...MANAGED })), 0);
  assert.deepEqual(await node.observe(), before);
});

testAsRoot("facts of an older manager, which say more, are taken", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  await prepare(node, "facts", "locks", "netns");
  const file = node.outside("/run/megalos/node.json");
  const facts = { ...JSON.parse(Deno.readTextFileSync(file)), lanNetns: LANS };
  Deno.writeTextFileSync(file, JSON.stringify(facts));
  resultOf(await callPlugin(node, { verb: "ADD", ...MANAGED }));
});

testAsRoot("facts that cannot be read count as none", async () => {
  for (const text of ["", "{", "[]", '{"v":2}', '{"v":1,"vtep":"192.0.2.7"}']) {
    await using node = await BareNode.start();
    await node.addPods("pod");
    await prepare(node, "locks", "netns");
    Deno.writeTextFileSync(node.outside("/run/megalos/node.json"), text);
    assert.equal(codeOf(await callPlugin(node, { verb: "ADD", ...MANAGED })), CODE.tryLater, text);
    assert.equal(codeOf(await callPlugin(node, { verb: "ADD" })), 0, text);
  }
});
