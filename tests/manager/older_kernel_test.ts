// Linux before 6.15, where a VXLAN device is in the node's namespace first: calls, mending, sweeps.
import assert from "node:assert/strict";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { LANS } from "../fixture/bare_node.ts";
import { codeOf } from "../fixture/calls.ts";
import type { Node } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { MANAGER } from "../fixture/manager.ts";
import { BE_OLDER } from "../fixture/older_kernel.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { callOn, countsOf, lanDevices, startResidentNode } from "../fixture/resident_node.ts";

const LEFT = "vni~77";

testAsRoot(
  "what killed calls have left in the node's namespace goes, and LANs are mended",
  async () => {
    await using worker = await startResidentNode({ before: (node) => node.must(...BE_OLDER) });
    const { node, manager } = worker;
    const before = await linksOf(node);
    assert.equal(codeOf(await callOn(node, { verb: "ADD" })), 0);
    // What was counted is written a moment after the answer.
    await eventually(
      async () => (await countsOf(node, "ADD")).answered === 1,
      10,
      () => `the ADD is not counted\n${manager.log}`,
    );
    assert.deepEqual(await linksOf(node), before);

    await node.must("nsenter", `--net=${LANS}`, "ip", "link", "del", "net1-ntwork");
    await manager.logged(/mended.*its VXLAN device is gone/);
    assert.equal((await lanDevices(node)).length, 3);

    await leave(node);
    await node.must("nsenter", `--net=${LANS}`, "ip", "link", "set", "net1-ntwork", "down");
    await manager.logged(/mended.*its VXLAN device is down/);
    await eventually(async () => !(await linksOf(node)).includes(LEFT), 30, () => manager.log);
    await manager.logged(/vni~77/);
    assert.deepEqual(await linksOf(node), before);
    assert.equal(codeOf(await callOn(node, { verb: "DEL" })), 0);

    await manager.end("TERM");
    await leave(node);
    const done = await node.run([MANAGER, "uninstall"]);
    assert.equal(done.reason, "success", done.stderr);
    assert.deepEqual(await linksOf(node), before);
  },
);

const leave = (node: Node) =>
  node.must(...`ip link add name ${LEFT} type vxlan id 77 dstport 4789`.split(" ") as ["ip"]);

/** The node's devices. That of the nodes' own LAN may be there for a moment, too. */
async function linksOf(node: Node): Promise<string[]> {
  const links = JSON.parse(await node.must("ip", "-json", "link")) as { ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name !== `vni~${NODES_LAN.vni}`);
}
