// The LAN's keys at the plugin's boundary: each wrong key is named with value and rule.
import assert from "node:assert/strict";
import { callPlugin, CODE, codeOf, type Config, messageOf, resultOf } from "../fixture/calls.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, UNDERLAY_MTU } from "../fixture/bare_node.ts";

/** Each row: the key as the message names it, and configs in which it is wrong. */
const WRONG: [string, ...Config[]][] = [
  ["suffix", { suffix: undefined }, { suffix: 1 }, { suffix: "" }, { suffix: "seven77" }],
  ["suffix", { suffix: "a b" }, { suffix: "a/b" }, { suffix: "a,b" }, { suffix: null }],
  ["vxlanId", { vxlanId: undefined }, { vxlanId: "10" }, { vxlanId: -1 }, { vxlanId: 2 ** 24 }],
  ["vxlanId", { vxlanId: 1.5 }, { vxlanId: null }, { vxlanId: true }, { vxlanId: 1e99 }],
  ["vxlanId", { vxlanId: NODES_LAN.vni }],
  ["mtu", { mtu: "1400" }, { mtu: 67 }, { mtu: 65_486 }, { mtu: 1400.5 }],
  ["port", { port: 0 }, { port: 65_536 }, { port: "4789" }, { port: 53 }, { port: 1023 }],
  ["master", { master: "" }, { master: 1 }, { master: "sixteen-letters-" }, { master: "a b" }],
  ["maxMacs", { maxMacs: 0 }, { maxMacs: 1_000_001 }, { maxMacs: "100" }, { maxMacs: 1.5 }],
  ["stormLimit", { stormLimit: 0 }, { stormLimit: 1_000_001 }, { stormLimit: true }],
  ["mac", { mac: "02:00" }, { mac: 2 }, { mac: "01:00:00:00:00:01" }, { mac: "00:00:00:00:00:00" }],
  ["args.cni.mac", { args: { cni: { mac: "nonsense" } } }],
  ["args.cni", { args: { cni: 1 } }],
  ["args", { args: "x" }],
  ["runtimeConfig.mac", { runtimeConfig: { mac: "ff:ff:ff:ff:ff:ff" } }],
  ["runtimeConfig", { runtimeConfig: [] }],
  ["prevResult", { prevResult: "x" }, { prevResult: [] }],
];

testAsRoot("each wrong key is one clear error and nothing changes", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const before = await node.observe();
  for (const [key, ...configs] of WRONG) {
    for (const config of configs) {
      const title = JSON.stringify(config);
      const reply = await callPlugin(node, { verb: "ADD", config });
      assert.equal(codeOf(reply), CODE.config, `${title}: ${reply.stdout}`);
      const rule = `: ${RegExp.escape(key)} is .*; it must be `;
      assert.match(messageOf(reply), new RegExp(rule), title);
      assert.deepEqual(await node.observe(), before, title);
    }
  }
});

testAsRoot("all wrong keys are named at once, long values cut", async () => {
  await using node = await BareNode.start();
  const config = { suffix: "x".repeat(5000), vxlanId: -1, mtu: "big", master: undefined };
  const message = messageOf(await callPlugin(node, { verb: "ADD", config }));
  for (const key of ["suffix", "vxlanId", "mtu"]) assert.match(message, new RegExp(`${key} is `));
  assert.ok(message.length < 600, message);
});

testAsRoot("unknown keys are ignored, and null is as good as absent", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const config = {
    ...{ bridge: "cni0", ipam: {}, dns: { nameservers: [] }, capabilities: { mac: true } },
    ...{ args: null, runtimeConfig: null, prevResult: null, __proto__: null },
    ...{ mac: null, mtu: null, port: null, master: null, maxMacs: null, stormLimit: null },
  };
  // The first LAN starts, and the second one stands.
  for (const ifname of ["net1", "net2"]) {
    const [, { mtu } = {}] = resultOf(await callPlugin(node, { verb: "ADD", ifname, config }))
      .interfaces;
    assert.equal(mtu, UNDERLAY_MTU - 50);
  }
  const nested = { args: { cni: { mac: null } }, runtimeConfig: { mac: null } };
  resultOf(await callPlugin(node, { verb: "ADD", ifname: "net3", config: nested }));
});
