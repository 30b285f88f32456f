// A LAN's devices on a node after ADD: settings that make it a wire, names, and where devices are.
import assert from "node:assert/strict";
import { callPlugin, CODE, codeOf, type Config, messageOf, resultOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS, UNDERLAY_MTU, VTEP } from "../fixture/bare_node.ts";

testAsRoot(
  "a LAN is a wire: masks, no snooping, no learning from the overlay, silent devices",
  async () => {
    await using node = await BareNode.start();
    await node.addPods("pod");
    const args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=lab;K8S_POD_NAME=pc1";
    resultOf(await callPlugin(node, { verb: "ADD", args }));
    const devices = await node.devices(LANS);
    const [bridge, vxlan, port] = ["kt-net1-ntwork", "net1-ntwork"].map((name) =>
      devices.find(({ ifname }) => ifname === name)
    ).concat(devices.find(({ group }) => group === "1"));
    assert.ok(bridge && vxlan && port);
    assert.deepEqual(pick(bridge.linkinfo?.info_data, "mcast_snooping", "group_fwd_mask"), {
      mcast_snooping: 0,
      group_fwd_mask: "0xfff8",
    });
    assert.deepEqual(pick(vxlan.linkinfo?.info_data, "id", "local", "port", "learning", "link"), {
      id: 10,
      local: VTEP,
      port: 4789,
      learning: false,
      link: undefined,
    });
    for (const [device, learning] of [[vxlan, false], [port, true]] as const) {
      assert.equal(device.master, bridge.ifname);
      const keys = ["learning", "neigh_suppress", "group_fwd_mask"];
      assert.deepEqual(pick(device.linkinfo?.info_slave_data, ...keys), {
        learning,
        neigh_suppress: false,
        group_fwd_mask: "0xfffd",
      });
    }
    assert.match(port.ifalias ?? "", /vni=10.*if=net1,mac=[0-9a-f:]{17},pod=lab\/pc1/);
    for (const { ifname, flags, addr_info } of devices.filter(({ ifname }) => ifname !== "lo")) {
      assert.ok(flags.includes("UP"), `${ifname} is up`);
      assert.deepEqual(addr_info, [], `${ifname} is silent`);
    }
    for (const name of ["all", "default"]) {
      const sysctl = `/proc/sys/net/ipv6/conf/${name}/disable_ipv6`;
      assert.equal((await node.run(["cat", sysctl], LANS)).trim(), "1");
    }
  },
);

testAsRoot(
  "a LAN whose name iproute2 takes for the index of a device has its own devices",
  async () => {
    await using node = await BareNode.start();
    const [, other = ""] = await node.addPods("pod", "other");
    resultOf(await callPlugin(node, { verb: "ADD" }));
    const before = await node.observe();
    const devices = await node.devices(LANS);
    for (const index of [1, ...devices.map(({ ifindex }) => ifindex)]) {
      const config = { name: `if${index}`, suffix: "a", vxlanId: 20 };
      const call = { container: "c2", netns: other, config };
      resultOf(await callPlugin(node, { verb: "ADD", ...call }));
      assert.equal(codeOf(await callPlugin(node, { verb: "DEL", ...call })), 0);
      assert.deepEqual(await node.observe(), before);
    }
  },
);

testAsRoot("an ADD sets up what it finds down", async () => {
  await using node = await BareNode.start();
  const [, other = ""] = await node.addPods("pod", "other");
  resultOf(await callPlugin(node, { verb: "ADD" }));
  for (const name of ["net1-ntwork", "kt-net1-ntwork"]) {
    await node.run(["ip", "link", "set", "dev", name, "down"], LANS);
    resultOf(await callPlugin(node, { verb: "ADD", container: "c2", netns: other }));
    const device = await node.device(name, LANS);
    assert.ok(device?.flags.includes("UP"), `${name} is up`);
    assert.equal(codeOf(await callPlugin(node, { verb: "DEL", container: "c2" })), 0);
  }
});

testAsRoot("the node's own namespace gains no link, address or rule", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const ofNode = async () => {
    const { namespaces, rules, routes } = await node.observe();
    const [own] = namespaces;
    // Without the modules of iptables there is no such file.
    const tables = await node.run(["sh", "-c", "cat /proc/net/ip*_tables_names 2>&1 || true"]);
    return { own, rules, routes, tables };
  };
  const before = await ofNode();
  resultOf(await callPlugin(node, { verb: "ADD" }));
  assert.deepEqual(await ofNode(), before);
  assert.deepEqual(node.listNetns(), ["megalos", "pod"]);
});

/** The MTU in the config, and the MTU that pod, bridge and VXLAN device then have. */
const MTUS: [Config, number][] = [
  [{}, UNDERLAY_MTU - 50],
  [{ mtu: 1500 }, 1500],
  [{ mtu: 9000 }, 9000],
];
/** Devices that someone takes away, each in its namespace. */
const LOSSES: [string, string][][] = [
  [],
  [[LANS, "net1-ntwork"]],
  [[LANS, "kt-net1-ntwork"]],
  // A bridge that has lost all its ports has lost its MTU.
  [["/run/netns/first", "net1"], [LANS, "net1-ntwork"]],
];

testAsRoot(
  "the MTU is one on pod, port, bridge and VXLAN device, whatever was broken before",
  async () => {
    for (const [config, mtu] of MTUS) {
      for (const lost of LOSSES) {
        await using node = await BareNode.start();
        const [first = "", second = ""] = await node.addPods("first", "second");
        resultOf(await callPlugin(node, { verb: "ADD", netns: first, config }));
        for (const [netns, device] of lost) await node.ip(`link del dev ${device}`, netns);
        const call = { verb: "ADD", netns: second, container: "c2" };
        if (lost.length < 2) {
          assert.equal(
            codeOf(await callPlugin(node, { ...call, config: { mtu: 1234 } })),
            CODE.config,
          );
        }
        resultOf(await callPlugin(node, { ...call, config }));
        const found = [...await node.devices(LANS), ...await node.devices(second)]
          .filter(({ ifname }) => ifname !== "lo");
        const mtus = Object.fromEntries(found.map(({ ifname, mtu }) => [ifname, mtu]));
        assert.deepEqual(
          new Set(Object.values(mtus)),
          new Set([mtu]),
          JSON.stringify([lost, mtus]),
        );
      }
    }
  },
);

testAsRoot("port and master are the underlay's that the config names", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  await node.ip("link add name other mtu 9000 up type bridge");
  await node.ip("address add 10.98.0.1/24 dev other");
  for (const master of ["nowhere", "wire"]) {
    const reply = await callPlugin(node, { verb: "ADD", config: { master } });
    assert.equal(codeOf(reply), CODE.config, reply.stdout);
    assert.match(messageOf(reply), new RegExp(`device ${master}`));
    assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
  }
  resultOf(await callPlugin(node, { verb: "ADD", config: { master: "other", port: 4790 } }));
  const vxlan = await node.device("net1-ntwork", LANS);
  assert.deepEqual(pick(vxlan?.linkinfo?.info_data, "local", "port"), {
    local: "10.98.0.1",
    port: 4790,
  });
  assert.equal(vxlan?.mtu, 8950);
  const before = await node.observe();
  for (const [master, message] of OTHER_MASTERS) {
    const reply = await callPlugin(node, { verb: "ADD", ifname: "net2", config: { master } });
    assert.equal(codeOf(reply), CODE.config, reply.stdout);
    assert.match(messageOf(reply), message);
    assert.deepEqual(await node.observe(), before, master);
  }
  const same = { verb: "ADD", ifname: "net2", config: { master: "other" } };
  resultOf(await callPlugin(node, same));
});

/** Masters that are refused for a LAN that stands with another master. */
const OTHER_MASTERS: [string, RegExp][] = [
  ["nowhere", /device nowhere/],
  ["eth0", /master eth0 with VTEP address 10\.99\.0\.11 .* it stands with 10\.98\.0\.1 /],
];

/**
 * Configs of LANs that all stand on one node, and the names of their VXLAN devices. A bridge's name
 * has `kt-` before that.
 */
const NAMES: [Config, string][] = [
  [{ name: "abcde", suffix: "s", vxlanId: 1 }, "abcde-s"],
  [{ name: "abcdef", suffix: "s", vxlanId: 2 }, "~AAAC-s"],
  [{ name: "a_b", suffix: "s", vxlanId: 3 }, "~AAAD-s"],
  [{ name: "a.b", suffix: "s", vxlanId: 4 }, "a.b-s"],
  [{ name: "a-b", suffix: "c", vxlanId: 5 }, "a-b-c"],
  [{ name: "a", suffix: "b-c", vxlanId: 6 }, "~AAAG-b-c"],
  [{ name: "zero", suffix: "000000", vxlanId: 0 }, "zero-000000"],
  [{ name: "last", suffix: "ffffff", vxlanId: 16_777_215 }, "last-ffffff"],
  [{ name: "longer", suffix: "zero", vxlanId: 16_777_214 }, "~___--zero"],
  [{ name: "server1", suffix: "ssxo0h", vxlanId: 101 }, "~AABl-ssxo0h"],
  [{ name: "server2", suffix: "ssxo0h", vxlanId: 102 }, "~AABm-ssxo0h"],
  [{ name: "x".repeat(200), suffix: "s", vxlanId: 103 }, "~AABn-s"],
  [{ name: `${"x".repeat(199)}y`, suffix: "s", vxlanId: 104 }, "~AABo-s"],
];

testAsRoot("names of every kind give devices of their own, are found again, and go", async () => {
  await using node = await BareNode.start();
  const pods = await node.addPods(...NAMES.map((_, at) => `pod${at}`));
  const calls = NAMES.map(([config], at) => ({
    config,
    netns: pods[at] ?? "",
    container: `c${at}`,
  }));
  for (const [at, call] of calls.entries()) {
    resultOf(await callPlugin(node, { verb: "ADD", ...call }));
    const [, vxlan = ""] = NAMES[at] ?? [];
    const found = await node.device(vxlan, LANS);
    assert.equal(found?.linkinfo?.info_data?.id, call.config.vxlanId);
    assert.equal(found?.master, `kt-${vxlan}`);
  }
  assert.equal((await node.devices(LANS)).length, 1 + 3 * NAMES.length);
  for (const call of calls) {
    assert.equal(codeOf(await callPlugin(node, { verb: "DEL", ...call })), 0);
  }
  assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
});

/** What is put before the plugin, behind an environment that has nothing but the call. */
const SURROUNDINGS: [string, string[]][] = [
  ["LD_* set", ["env", "LD_PRELOAD=/nowhere.so", "LD_LIBRARY_PATH=/nowhere", "LD_AUDIT=/nowhere"]],
  ["a hostile PATH", ["env", "PATH=/nowhere:."]],
  ["a variable that is not UTF-8", ["sh", "-c", `OTHER=$(printf '\\377') exec "$@"`, "sh"]],
  ["a name that is not UTF-8", ["sh", "-c", `exec env "$(printf '\\377=1')" "$@"`, "sh"]],
  ["Deno's own variables", ["env", "DENO_DIR=/nowhere", "DENO_TLS_CA_STORE=x", "NO_COLOR=1"]],
];

testAsRoot("the caller's environment does not matter", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  for (const [title, wrapper] of SURROUNDINGS) {
    const added = await callPlugin(node, { verb: "ADD" }, wrapper);
    assert.equal(codeOf(added), 0, `${title}: ${added.stdout}${added.stderr}`);
    assert.equal(codeOf(await callPlugin(node, { verb: "DEL" }, wrapper)), 0, title);
    assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"], title);
  }
  const notUtf8 = ["sh", "-c", `CNI_ARGS=$(printf 'X=\\377') exec "$@"`, "sh"];
  const reply = await callPlugin(node, { verb: "ADD" }, notUtf8);
  assert.equal(codeOf(reply), CODE.environment, reply.stdout);
  assert.match(messageOf(reply), /CNI_ARGS: it is not valid UTF-8/);
});

function pick(data: Readonly<Record<string, unknown>> | undefined, ...keys: string[]) {
  return Object.fromEntries(keys.map((key) => [key, data?.[key]]));
}
