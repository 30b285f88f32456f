// DEL succeeds however often and whatever is missing. The last port's DEL takes the LAN's devices.
import assert from "node:assert/strict";
import { type Call, callPlugin, codeOf, resultOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";

/** Something that happened between ADD and DEL, and a DEL that is not quite the ADD's. */
interface Mishap {
  readonly title: string;
  /** sh text, run on the node. */
  readonly script?: string;
  readonly call?: Partial<Call>;
}

const inLans = (line: string) => `nsenter --net=${LANS} ip ${line}`;
const inPod = (...lines: string[]) =>
  lines.map((line) => `nsenter --net=/run/netns/pod ip ${line}`).join(" && ");
const MISHAPS: Mishap[] = [
  { title: "nothing" },
  { title: "empty CNI_NETNS", call: { env: { CNI_NETNS: "" } } },
  { title: "no CNI_NETNS", call: { env: { CNI_NETNS: undefined } } },
  { title: "a CNI_NETNS that is nonsense", call: { netns: "no#where" } },
  { title: "CNI_ARGS that are nonsense", call: { args: "=;=" } },
  { title: "pod namespace gone", script: "ip netns del pod" },
  { title: "interface gone", script: inPod("link del net1") },
  {
    title: "interface renamed",
    script: inPod("link set net1 down", "link set net1 name x"),
  },
  {
    title: "interface in another namespace",
    script: `ip netns add other && ${inPod("link set net1 netns other")}`,
  },
  { title: "interface with the smallest MTU", script: inPod("link set net1 mtu 68") },
  { title: "interface with the greatest MTU", script: inPod("link set net1 mtu 65535") },
  {
    title: "interface in a bridge of the pod's",
    script: inPod("link add name br type bridge", "link set net1 master br"),
  },
  { title: "bridge gone", script: inLans("link del kt-net1-ntwork") },
  { title: "VXLAN device gone", script: inLans("link del net1-ntwork") },
  {
    title: "both gone",
    script: `${inLans("link del kt-net1-ntwork")}; ${inLans("link del net1-ntwork")}`,
  },
  { title: "bridge without alias", script: inLans("link set kt-net1-ntwork alias ''") },
  { title: "LAN namespace gone", script: `ip netns del megalos` },
  { title: "LAN namespace not mounted", script: `umount ${LANS}` },
  {
    title: "no /run/netns at all",
    script: "umount /run/netns/* /run/netns; rm -r /run/netns; mkdir /run/netns",
  },
  { title: "no lock files", script: "rm -r /run/megalos" },
  { title: "another vxlanId now", call: { config: { vxlanId: 99 } } },
  { title: "another name now", call: { config: { name: "another", suffix: "x" } } },
  { title: "another mtu and port now", call: { config: { mtu: 1300, port: 8472 } } },
  { title: "vxlanId out of range now", call: { config: { vxlanId: -1 } } },
  { title: "no LAN keys now", call: { config: { suffix: undefined, vxlanId: undefined } } },
  { title: "a cniVersion that is not known", call: { config: { cniVersion: "9.9.9" } } },
  {
    title: "a prevResult",
    call: { config: { prevResult: { cniVersion: "1.1.0", interfaces: [] } } },
  },
  { title: "a prevResult that is nonsense", call: { config: { prevResult: 1 } } },
];

testAsRoot("DEL succeeds twice whatever has happened, and leaves nothing of the LAN", async () => {
  for (const { title, script, call } of MISHAPS) {
    await using node = await BareNode.start();
    await node.addPods("pod");
    resultOf(await callPlugin(node, { verb: "ADD" }));
    if (script !== undefined) await node.run(["sh", "-c", script]);
    for (const time of ["first", "second"]) {
      const reply = await callPlugin(node, { verb: "DEL", ...call });
      const expected = { exitCode: 0, stdout: "", stderr: "" };
      assert.deepEqual(reply, expected, `${title}, ${time} time`);
    }
    const left = [...await node.devices(LANS), ...await node.devices("/run/netns/pod")];
    const others = left.filter(({ ifname }) => ifname !== "lo" && ifname !== "br");
    assert.deepEqual(others, [], title);
  }
});

testAsRoot("DEL of what never was changes nothing, and makes no namespace", async () => {
  await using node = await BareNode.start();
  const before = await node.observe();
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL" })), 0);
  assert.deepEqual(await node.observe(), before);
});

testAsRoot("where there is no LAN namespace, DEL and GC need no lock and no room", async () => {
  for (const script of ["true", `: >${LANS}`]) {
    await using node = await BareNode.start();
    await node.run(["sh", "-c", `${script}; mount -o remount,ro /run`]);
    const config = { "cni.dev/valid-attachments": [] };
    for (const call of [{ verb: "DEL" }, { verb: "GC", config }]) {
      const reply = await callPlugin(node, call);
      assert.equal(codeOf(reply), 0, `${script}: ${reply.stdout}`);
    }
  }
});

testAsRoot("DEL takes its own port only, and the LAN with the last one", async () => {
  await using node = await BareNode.start();
  const [one = "", two = "", far = ""] = await node.addPods("one", "two", "far");
  const other = { netns: far, container: "far", config: { name: "net2", vxlanId: 11 } };
  const calls: Partial<Call>[] = [
    { netns: one, container: "one" },
    { netns: one, container: "one", ifname: "net2" },
    { netns: two, container: "two" },
  ];
  resultOf(await callPlugin(node, { verb: "ADD", ...other }));
  const alone = await node.observe();
  for (const call of calls) resultOf(await callPlugin(node, { verb: "ADD", ...call }));
  for (const [at, call] of calls.entries()) {
    const before = await node.devices(LANS);
    assert.equal(codeOf(await callPlugin(node, { verb: "DEL", ...call })), 0);
    const after = await node.devices(LANS);
    // A DEL takes a port. The last one also takes bridge and VXLAN device.
    assert.equal(before.length - after.length, at < calls.length - 1 ? 1 : 3);
  }
  assert.deepEqual(await node.observe(), alone);
});
