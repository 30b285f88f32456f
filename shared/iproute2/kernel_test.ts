// A kernel's changes where several are made at a time in one namespace.
import assert from "node:assert/strict";
import { BareNode, VTEP } from "../../tests/fixture/bare_node.ts";
import { hostOf } from "../../tests/fixture/node_host.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import { addBridge, addVxlan } from "./commands.ts";
import { openKernel } from "./kernel.ts";

testAsRoot(
  "many first VXLAN devices at a time: the underlay's namespace has one number",
  async () => {
    await using node = await BareNode.start();
    const lans = await node.addPods("l1", "l2", "l3", "l4");
    const { converse, nodeNetns: socketNetns } = hostOf(node);
    for (const [at, netns] of lans.entries()) {
      const kernels = Array.from({ length: 6 }, () => openKernel(converse, () => 20_000));
      for (const [index, kernel] of kernels.entries()) {
        assert.equal(await kernel.apply(netns, addBridge(`b${index}`, 1400)), undefined);
      }
      const failures = await Promise.all(kernels.map((kernel, index) => {
        const [name, bridge, vni] = [`v${index}`, `b${index}`, 10 * at + index];
        const spec = { name, bridge, mtu: 1400, vni, local: VTEP, vxlanPort: 4789, socketNetns };
        return kernel.apply(netns, addVxlan(spec));
      }));
      assert.deepEqual(failures.filter((failure) => failure !== undefined), []);
      await Promise.all(kernels.map((kernel) => kernel.close()));
    }
  },
);
