// A LAN is looked at while calls make and delete its devices.
import assert from "node:assert/strict";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { askAboutLan } from "../../shared/lan/lan_state.ts";
import { BareNode } from "../../tests/fixture/bare_node.ts";
import { callPlugin, codeOf } from "../../tests/fixture/calls.ts";
import { hostOf } from "../../tests/fixture/node_host.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import { inspectLocked, isBroken } from "./mend_lan.ts";

const lan = { name: "net1", suffix: "ntwork", vni: 10 };
const used = { lan, devices: new Set<string>(), ports: [] };

testAsRoot("a LAN that is made anew while it is looked at is asked for again", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const kernel = openKernel(hostOf(node).converse, () => 20_000);
  await using _sessions = { [Symbol.asyncDispose]: () => kernel.close() };
  const call = async (verb: string) => assert.equal(codeOf(await callPlugin(node, { verb })), 0);
  /** Has the kernel's `ip` meet devices, and others be made in their places. */
  const makeAnew = async () => {
    assert.equal((await kernel.show(LAN_NETNS, askAboutLan(lan))).length, 2);
    for (const verb of ["DEL", "ADD"]) await call(verb);
  };
  await call("ADD");
  await makeAnew();
  assert.ok(await isBroken(kernel, used), "it is looked at under its lock");
  await makeAnew();
  assert.deepEqual((await inspectLocked(kernel, used)).findings, []);
  assert.ok(!await isBroken(kernel, used));
});
