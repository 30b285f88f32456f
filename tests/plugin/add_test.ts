// ADD at its boundary: MAC addresses, CNI_ARGS, namespaces, and what another LAN has already.
import assert from "node:assert/strict";
import { type Call, callPlugin, CODE, codeOf, messageOf, resultOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";

const mac = (last: number) => `02:00:00:00:00:0${last}`;
const config = { mac: mac(1) };
const args = `MAC=${mac(2)}`;
const cni = { args: { cni: { mac: mac(3) } } };
const runtimeConfig = { runtimeConfig: { mac: mac(4) } };

/** Ways to ask for a MAC address, and the address that counts. */
const MACS: [Partial<Call>, string][] = [
  [{ config }, mac(1)],
  [{ args }, mac(2)],
  [{ config: cni }, mac(3)],
  [{ config: runtimeConfig }, mac(4)],
  [{ config, args }, mac(2)],
  [{ config: { ...config, ...cni }, args }, mac(3)],
  [{ config: { ...config, ...cni, ...runtimeConfig }, args }, mac(4)],
  [{ config: { mac: "" }, args: "MAC=" }, ""],
  [{ args: "MAC=02-00-00-00-00-0A" }, "02:00:00:00:00:0a"],
  // Thin Multus sends keys twice: the last one counts.
  [{ args: `IgnoreUnknown=1;MAC=${mac(5)};X=1;MAC=${mac(6)};X=2` }, mac(6)],
  [{ args: `IgnoreUnknown=TRUE;Y=;MAC=${mac(7)}` }, mac(7)],
  [{ args: `K8S_POD_NAMESPACE=a;K8S_POD_NAME=b;K8S_POD_UID=1;MAC=${mac(8)}` }, mac(8)],
];

testAsRoot("the MAC is what was asked for, by the order of precedence", async () => {
  await using node = await BareNode.start();
  for (const [at, [call, expected]] of MACS.entries()) {
    const [netns = ""] = await node.addPods(`pod${at}`);
    const reply = await callPlugin(node, { verb: "ADD", container: `c${at}`, netns, ...call });
    const [, pod] = resultOf(reply).interfaces;
    if (expected !== "") assert.equal(pod?.mac, expected, JSON.stringify(call));
    const device = await node.device("net1", netns);
    assert.equal(device?.address, pod?.mac);
    assert.ok(device?.flags.includes("UP"));
  }
});

testAsRoot("CNI_ARGS that are wrong are refused, and nothing changes", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const before = await node.observe();
  const wrong: [string, RegExp][] = [
    ["X=1", /unknown keys \[X\]/],
    ["X=1;Y=2;IgnoreUnknown=false", /unknown keys \[X,Y\]/],
    ["MAC", /"MAC" is not KEY=VALUE/],
    ["IgnoreUnknown=1;X=1=2", /"X=1=2" is not KEY=VALUE/],
    ["IgnoreUnknown=1;=2", /"=2" is not KEY=VALUE/],
    ["MAC=nonsense", /MAC "nonsense"/],
    ["MAC=01:00:5e:00:00:01", /unicast/],
  ];
  for (const [args, message] of wrong) {
    const reply = await callPlugin(node, { verb: "ADD", args });
    assert.equal(codeOf(reply), CODE.environment, args);
    assert.match(messageOf(reply), message);
    assert.deepEqual(await node.observe(), before, args);
  }
});

testAsRoot(
  "a namespace that is none, the node's or the LANs' is refused, and nothing changes",
  async () => {
    await using node = await BareNode.start();
    const [, other = ""] = await node.addPods("pod", "other");
    await node.run([
      "sh",
      "-c",
      ": >/run/netns/file; mkdir /run/netns/folder; ln -s /nowhere /run/netns/link; mkfifo /run/fifo",
    ]);
    const own = `/proc/${node.pid}/ns/net`;
    const places: [string, RegExp][] = [
      ["/run/netns/nowhere", /does not exist/],
      ["/run/netns/file", /not a network namespace/],
      ["/run/netns/folder", /not a network namespace/],
      ["/run/netns/link", /does not exist/],
      // Nobody opens it for writing, so a call that opened it would wait for its whole time.
      ["/run/fifo", /not a network namespace/],
      ["/run/netns/file/below", /does not exist/],
      [`/proc/${node.pid}/ns/mnt`, /not a network namespace/],
      ["/dev/null", /not a network namespace/],
      [`/run/${"long".repeat(100)}`, /does not exist/],
      [own, /the plugin's own namespace/],
      [LANS, /the LAN namespace/],
    ];
    // This is done first on a fresh node, then where the LAN namespace is.
    for (const prepare of [undefined, { verb: "ADD", netns: other, container: "other" }]) {
      if (prepare !== undefined) resultOf(await callPlugin(node, prepare));
      const before = await node.observe();
      for (const [netns, message] of prepare === undefined ? places.slice(0, -1) : places) {
        const reply = await callPlugin(node, { verb: "ADD", netns });
        assert.equal(codeOf(reply), CODE.netns, `${netns}: ${reply.stdout}`);
        assert.match(messageOf(reply), message, netns);
        assert.deepEqual(await node.observe(), before, netns);
      }
    }
    // The runtime may allow its own namespace.
    const env = { CNI_NETNS_OVERRIDE: "true" };
    resultOf(await callPlugin(node, { verb: "ADD", netns: own, env }));
    assert.ok(await node.device("net1"));
    assert.equal(codeOf(await callPlugin(node, { verb: "DEL", netns: own, env })), 0);
    assert.equal(await node.device("net1"), undefined);
  },
);

testAsRoot("an interface name that is taken is refused, and nothing changes", async () => {
  await using node = await BareNode.start();
  const [netns = ""] = await node.addPods("pod");
  await node.ip("link add name taken altname as-well type bridge", netns).catch(async () => {
    await node.ip("link add name taken type bridge", netns);
    await node.ip("link property add dev taken altname as-well", netns);
  });
  resultOf(await callPlugin(node, { verb: "ADD" }));
  const before = await node.observe();
  for (const ifname of ["net1", "taken", "as-well"]) {
    for (const container of ["c1", "c2"]) {
      const reply = await callPlugin(node, { verb: "ADD", ifname, container });
      assert.equal(codeOf(reply), CODE.environment, `${ifname}: ${reply.stdout}`);
      assert.match(messageOf(reply), new RegExp(ifname));
      assert.deepEqual(await node.observe(), before, ifname);
    }
  }
});

testAsRoot("what another LAN has already is refused, and nothing changes", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod", "other");
  resultOf(await callPlugin(node, { verb: "ADD", config: { mtu: 1400, maxMacs: 200 } }));
  const before = await node.observe();
  const wrong: [Partial<Call["config"]>, RegExp][] = [
    [{ name: "net2" }, /LAN net1-ntwork has it/],
    [{ name: "much_longer_name" }, /LAN net1-ntwork has it/],
    [{ suffix: "other" }, /LAN net1-ntwork has it/],
    [{ vxlanId: 11 }, /its vxlanId is 10/],
    [{ mtu: 1450 }, /mtu 1450 .* stands with 1400/],
    [{ port: 8472 }, /port 8472 .* stands with 4789/],
    [{ maxMacs: 100 }, /maxMacs 100 .* stands with 200/],
    [{ stormLimit: 100 }, /stormLimit 100 .* stands with none/],
  ];
  for (const [config, message] of wrong) {
    const call = { verb: "ADD", netns: "/run/netns/other", container: "c2", config };
    const reply = await callPlugin(node, call as Call);
    assert.equal(codeOf(reply), CODE.config, `${JSON.stringify(config)}: ${reply.stdout}`);
    assert.match(messageOf(reply), message);
    assert.deepEqual(await node.observe(), before, JSON.stringify(config));
  }
  // With another port the kernel would let the VNI be used twice. With the same settings all is
  // well.
  const same = { verb: "ADD", netns: "/run/netns/other", container: "c2" };
  resultOf(await callPlugin(node, { ...same, config: { mtu: 1400, port: 4789, maxMacs: 200 } }));
});

testAsRoot("a device of another's that bears a name of the LAN is refused and stays", async () => {
  await using node = await BareNode.start();
  const [, other = ""] = await node.addPods("pod", "other");
  const first = {
    verb: "ADD",
    netns: other,
    container: "c2",
    config: { name: "net2", vxlanId: 2 },
  };
  resultOf(await callPlugin(node, first));
  await node.ip("link add name kt-net1-ntwork type bridge", LANS);
  await node.ip("link set dev kt-net1-ntwork alias mine", LANS);
  const before = await node.observe();
  const reply = await callPlugin(node, { verb: "ADD" });
  assert.equal(codeOf(reply), CODE.config, reply.stdout);
  assert.match(messageOf(reply), /kt-net1-ntwork is not one of a LAN/);
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  assert.deepEqual(await node.observe(), before);
});

testAsRoot("a pod's name too long for an alias is cut by bytes", async () => {
  await using node = await BareNode.start();
  const [netns = ""] = await node.addPods("pod");
  const ifname = "ééééééé";
  const pod = [`K8S_POD_NAMESPACE=${"n".repeat(63)}`, `K8S_POD_NAME=${"p".repeat(253)}`];
  const name = "x".repeat(100);
  const call = { verb: "ADD", ifname, args: pod.join(";"), config: { name } };
  const [port] = resultOf(await callPlugin(node, call)).interfaces;
  assert.ok(await node.device(ifname, netns));
  const { ifalias = "" } = await node.device(port?.name ?? "", LANS) ?? {};
  assert.equal(new TextEncoder().encode(ifalias).length, 255);
  assert.match(ifalias, new RegExp(`,if=${ifname},mac=[0-9a-f:]{17},pod=n{63}/p+$`));
});

testAsRoot(
  "one container's interface on two LANs at once: one has it, the other is refused",
  async () => {
    await using node = await BareNode.start();
    const pods = await node.addPods(...Array.from({ length: 8 }, (_, at) => `pod${at}`));
    const replies = await Promise.all(pods.flatMap((netns, at) =>
      [10, 11].map((vxlanId) => {
        const config = { name: `n${vxlanId}`, vxlanId };
        return callPlugin(node, { verb: "ADD", netns, container: `c${at}`, config });
      })
    ));
    for (const at of pods.keys()) {
      const codes = replies.slice(2 * at, 2 * at + 2).map(codeOf);
      assert.deepEqual(codes.toSorted((a, b) => a - b), [0, 4]);
    }
  },
);

testAsRoot(
  "an interface that is attached already says to which namespace it may not go",
  async () => {
    await using node = await BareNode.start();
    const [pod = "", other = ""] = await node.addPods("pod", "other");
    resultOf(await callPlugin(node, { verb: "ADD" }));
    const before = await node.observe();
    const again = await callPlugin(node, { verb: "ADD" });
    assert.equal(codeOf(again), CODE.environment);
    assert.match(messageOf(again), new RegExp(`interface of that name is already in ${pod}$`));
    const elsewhere = await callPlugin(node, { verb: "ADD", netns: other });
    assert.equal(codeOf(elsewhere), CODE.environment);
    assert.match(
      messageOf(elsewhere),
      new RegExp(`^Cannot attach interface net1 of container c1 to ${other}: .*attached already`),
    );
    assert.deepEqual(await node.observe(), before);
  },
);
