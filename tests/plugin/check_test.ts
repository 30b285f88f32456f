// CHECK holds right after ADD, and for nothing that is broken since.
import assert from "node:assert/strict";
import { callPlugin, CODE, codeOf, messageOf, resultOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";

testAsRoot("CHECK holds right after ADD, in every version that has it", async () => {
  for (const cniVersion of ["0.4.0", "1.0.0", "1.1.0"]) {
    await using node = await BareNode.start();
    await node.addPods("pod");
    const prevResult = resultOf(await callPlugin(node, { verb: "ADD", config: { cniVersion } }));
    const call = { verb: "CHECK", config: { cniVersion, prevResult } };
    assert.deepEqual(await callPlugin(node, call), { exitCode: 0, stdout: "", stderr: "" });
  }
});

/** What is broken where, and what the message must name. `PORT` stands for the host-side name. */
const BROKEN: [string, string, RegExp][] = [
  ["pod", "link set dev net1 down", /net1 is down/],
  ["pod", "link set dev net1 address 02:00:00:00:00:99", /MAC is 02:00:00:00:00:99, not /],
  ["pod", "link set dev net1 mtu 1400", /MTU is 1400, not 1450/],
  ["pod", "link del dev net1", /net1 is not in its namespace/],
  [LANS, "link set dev PORT down", /port \w+ is down/],
  [LANS, "link set dev PORT nomaster", /port \w+ is not in LAN net1-ntwork(;|$)/],
  [
    LANS,
    "link add name other type bridge; link set dev PORT master other",
    /port \w+ is not in LAN net1-ntwork but in other/,
  ],
  [LANS, "link set dev PORT mtu 1400", /has MTU 1400/],
  [LANS, "link set dev PORT type bridge_slave learning off", /port \w+ is not set up/],
  [LANS, "link set dev PORT type bridge_slave group_fwd_mask 0", /port \w+ is not set up/],
  [LANS, "link set dev kt-net1-ntwork down", /not whole/],
  [LANS, "link del dev kt-net1-ntwork", /not whole/],
  [LANS, "link property del dev kt-net1-ntwork altname lan~net1~ntwork", /not whole/],
  [LANS, "link set dev net1-ntwork down", /not whole/],
  [LANS, "link set dev net1-ntwork nomaster", /not whole/],
  [LANS, "link set dev net1-ntwork mtu 1400", /has MTU 1450, its LAN 1400/],
  [LANS, "link set dev net1-ntwork type bridge_slave learning on", /not whole/],
  [LANS, "link set dev net1-ntwork type bridge_slave group_fwd_mask 0", /not whole/],
  [LANS, "link del dev net1-ntwork", /not whole/],
];

testAsRoot("CHECK names what is broken since ADD, and mends nothing", async () => {
  for (const [where, line, message] of BROKEN) {
    await using node = await BareNode.start();
    const [pod = ""] = await node.addPods("pod");
    const prevResult = resultOf(await callPlugin(node, { verb: "ADD" }));
    const port = prevResult.interfaces[0]?.name ?? "";
    for (const one of line.replace("PORT", port).split("; ")) {
      await node.ip(one, where === "pod" ? pod : where);
    }
    const before = await node.observe();
    const reply = await callPlugin(node, { verb: "CHECK", config: { prevResult } });
    assert.equal(codeOf(reply), CODE.check, `${line}: ${reply.stdout}`);
    assert.match(messageOf(reply), message, line);
    assert.deepEqual(await node.observe(), before, line);
  }
});

/** What root of a pod can do to its lo, by which `ip` is known to have answered all. */
const WITHOUT_LO = [
  "link set dev lo name other",
  "link set dev lo name other; link property add dev net1 altname lo",
];

testAsRoot("a CHECK in a pod that has renamed its lo ends without waiting for it", async () => {
  for (const lines of WITHOUT_LO) {
    await using node = await BareNode.start();
    const [pod = ""] = await node.addPods("pod");
    const prevResult = resultOf(await callPlugin(node, { verb: "ADD" }));
    for (const line of ["link set dev lo down", ...lines.split("; ")]) await node.ip(line, pod);
    const reply = await callPlugin(node, { verb: "CHECK", config: { prevResult } });
    assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
    // Where it has waited, the program was killed at the end of the call's time.
    assert.doesNotMatch(reply.stdout, /killed/);
  }
});

testAsRoot("CHECK without a LAN namespace fails, and makes none", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const prevResult = resultOf(await callPlugin(node, { verb: "ADD" }));
  await node.ip("netns del megalos");
  const reply = await callPlugin(node, { verb: "CHECK", config: { prevResult } });
  assert.match(messageOf(reply), /not whole/);
  assert.deepEqual(node.listNetns(), ["pod"]);
});

testAsRoot("CHECK compares with a prevResult that has the interface", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const result = resultOf(await callPlugin(node, { verb: "ADD" }));
  const check = async (prevResult: unknown, more = {}) =>
    codeOf(await callPlugin(node, { verb: "CHECK", config: { prevResult }, ...more }));
  const [host, pod] = result.interfaces;
  const wrong = { ...pod, mac: "02:00:00:00:00:99" };
  assert.equal(await check(undefined), 7);
  assert.equal(await check({ ...result, interfaces: [] }), 7);
  assert.equal(await check({ ...result, interfaces: [host] }), 7);
  assert.equal(await check(result, { ifname: "net2" }), 7);
  assert.equal(await check({ ...result, interfaces: [host, wrong] }), 100);
  assert.equal(await check({ ...result, interfaces: [host, pod, wrong] }), 0);
  assert.equal(await check(result, { container: "other" }), 100);
  // A plugin before or behind in the chain has added its own.
  const chained = { ...result, interfaces: [{ name: "eth0", sandbox: pod?.sandbox }, pod] };
  assert.equal(await check(chained), 0);
});
