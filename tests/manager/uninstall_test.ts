// `manager uninstall` leaves nothing on a node, and refuses where somebody still needs something.
import assert from "node:assert/strict";
import type { Completed } from "../../shared/process/command.ts";
import { codeOf } from "../fixture/calls.ts";
import { type Node, startNode } from "../fixture/cluster.ts";
import { CNI_BIN_DIR, MANAGER } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { callOn, startResidentNode } from "../fixture/resident_node.ts";

testAsRoot("nothing is left of an installation, and a second run finds nothing to do", async () => {
  await using node = await startNode("n1");
  await node.must("mkdir", "--parents", CNI_BIN_DIR, "/run/netns");
  await node.must("touch", `${CNI_BIN_DIR}/bridge`);
  const before = await inventory(node);
  assert.equal((await manager(node, "install")).reason, "success");
  assert.notDeepEqual(await inventory(node), before);
  for (let run = 0; run < 2; run++) {
    const done = await manager(node, "uninstall");
    assert.equal(done.reason, "success", done.stderr);
    assert.deepEqual(await inventory(node), before);
  }
});

testAsRoot(
  "refused while the manager runs, then while a pod is on a LAN; the pod's DEL still works",
  async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    const add = { verb: "ADD", args: "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=pc1" };
    assert.equal(codeOf(await callOn(node, add)), 0);

    const early = await manager(node, "uninstall");
    assert.equal(early.code, 1);
    assert.match(early.stderr, /Z error Cannot uninstall: a manager is running on this node\n$/);

    await worker.manager.end("TERM");
    const busy = await manager(node, "uninstall");
    assert.equal(busy.code, 1);
    assert.match(busy.stderr, /Cannot uninstall: pods are on LANs of this node: default\/pc1/);

    assert.equal(codeOf(await callOn(node, { ...add, verb: "DEL" })), 0);
    const done = await manager(node, "uninstall");
    assert.equal(done.reason, "success", done.stderr);
    assert.equal(await inventory(node), `${CNI_BIN_DIR}\n/run/netns\n/run/netns/pod\n`);
  },
);

function manager(node: Node, command: "install" | "uninstall"): Promise<Completed> {
  return node.run([MANAGER, command], { env: { CNI_BIN_DIR } });
}

/** All files of the places that an installation may touch. */
function inventory(node: Node): Promise<string> {
  return node.must("sh", "-c", `find ${CNI_BIN_DIR} /run/netns /run/megalos 2>/dev/null | sort`);
}
