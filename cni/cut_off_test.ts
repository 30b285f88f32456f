// What a killed call has left, wherever it was killed: an ADD completes it, and a DEL removes it.
import assert from "node:assert/strict";
import { type Kernel, openKernel } from "../shared/iproute2/kernel.ts";
import { planCreateLan } from "../shared/lan/plan_create.ts";
import { planAttach } from "../shared/lan/plan_port.ts";
import { planDeletePorts } from "../shared/lan/plan_delete.ts";
import { findPorts } from "../shared/lan/lan_ports.ts";
import { type Lan, portName } from "../shared/lan/lan.ts";
import { birthplaceOn } from "../shared/lan/unborn_vxlan.ts";
import type { Step } from "../shared/steps.ts";
import { BareNode, type Device, LANS, VTEP } from "../tests/fixture/bare_node.ts";
import { type Call, codeOf, resultOf } from "../tests/fixture/calls.ts";
import { callHere, hostOf, type NodeHost } from "../tests/fixture/node_host.ts";
import { RELEASES } from "../tests/fixture/older_kernel.ts";
import { testAsRoot } from "../tests/fixture/privileged.ts";
import { answer } from "./call.ts";

const NET1: Lan = { name: "net1", suffix: "ntwork", vni: 10 };
const OTHER = { netns: "/run/netns/other", container: "c2" };

const call = (host: NodeHost, call: Call) => callHere(answer, host, call);

/** A node with two pods and a LAN namespace that is empty. */
async function startNode(release?: string): Promise<{ node: BareNode; host: NodeHost }> {
  const node = await BareNode.start();
  await node.addPods("pod", "other");
  const host = { ...hostOf(node), ...(release !== undefined && { kernelRelease: release }) };
  for (const verb of ["ADD", "DEL"]) assert.equal(codeOf(await call(host, { verb })), 0);
  return { node, host };
}

/** The steps of a first ADD of pod `c1`. */
async function planFirstAdd(host: NodeHost): Promise<Step[]> {
  const wanted = {
    ...{ lan: NET1, mtu: 1450, vtep: VTEP, vxlanPort: 4789 },
    ...{ lanNetns: LANS, underlayNetns: host.nodeNetns },
    birthplace: birthplaceOn(host.kernelRelease),
  };
  const attachment = {
    port: await portName("c1", "net1"),
    ...{ portMac: "02:00:00:00:00:0a", ifname: "net1", mac: "02:00:00:00:00:0b" },
    netns: "/run/netns/pod",
  };
  return [...planCreateLan(wanted, {}), ...planAttach(wanted, attachment)];
}

async function withKernel(
  host: NodeHost,
  work: (kernel: Kernel) => Promise<void>,
): Promise<void> {
  const kernel = openKernel(host.converse, () => 10_000);
  try {
    await work(kernel);
  } finally {
    await kernel.close();
  }
}

/** Runs the first `count` steps and ends, as a killed process does. */
const runFirst = (host: NodeHost, steps: readonly Step[], count: number) =>
  withKernel(host, async (kernel) => {
    for (const { netns, change } of steps.slice(0, count)) {
      assert.equal(await kernel.apply(netns, change), undefined);
    }
  });

/** All of a LAN's devices but ports, and all of each that an ADD decides. */
const lanDevicesOf = (devices: readonly Device[]) =>
  devices.filter(({ ifname }) => !/^(lo|mg.*)$/.test(ifname)).map((device) => {
    const { ifname, mtu, master, ifalias, altnames, group, linkinfo } = device;
    const { id, local, port, mcast_snooping, group_fwd_mask } = linkinfo?.info_data ?? {};
    const { learning, neigh_suppress, group_fwd_mask: mask } = linkinfo?.info_slave_data ?? {};
    const data = { id, local, port, mcast_snooping, group_fwd_mask };
    const slave = { learning, neigh_suppress, mask };
    const up = device.flags.includes("UP");
    return { ifname, mtu, master, ifalias, altnames: altnames?.toSorted(), group, up, data, slave };
  }).toSorted((a, b) => a.ifname < b.ifname ? -1 : 1);

for (const release of RELEASES) {
  testAsRoot(
    `an ADD cut off after any step is completed by the next, and removed by its DEL: ${release}`,
    async () => {
      const started = await startNode(release);
      await using node = started.node;
      const { host } = started;
      const nothing = await node.observe();
      const steps = await planFirstAdd(host);
      resultOf(await call(host, { verb: "ADD", ...OTHER }));
      const whole = lanDevicesOf(await node.devices(LANS));
      assert.equal(codeOf(await call(host, { verb: "DEL", ...OTHER })), 0);
      for (let count = 1; count <= steps.length; count++) {
        const title = `${count} steps, the last: ${steps[count - 1]?.why}`;
        await runFirst(host, steps, count);
        const added = await call(host, { verb: "ADD", ...OTHER });
        const prevResult = resultOf(added);
        assert.deepEqual(lanDevicesOf(await node.devices(LANS)), whole, title);
        const check = { verb: "CHECK", ...OTHER, config: { prevResult } };
        assert.equal(codeOf(await call(host, check)), 0, title);
        assert.equal(codeOf(await call(host, { verb: "DEL" })), 0, title);
        assert.equal(codeOf(await call(host, check)), 0, `${title}: after the other's DEL`);
        assert.equal(codeOf(await call(host, { verb: "DEL", ...OTHER })), 0, title);
        assert.deepEqual(await node.observe(), nothing, title);

        await runFirst(host, steps, count);
        assert.equal(codeOf(await call(host, { verb: "DEL" })), 0, title);
        assert.deepEqual(await node.observe(), nothing, `${title}: after DEL alone`);
      }
    },
  );
}

testAsRoot(
  "a DEL cut off after any step is completed by the next, and does not harm an ADD",
  async () => {
    const started = await startNode();
    await using node = started.node;
    const { host } = started;
    const nothing = await node.observe();
    let steps: Step[] = [];
    for (let count = 0; count <= steps.length; count++) {
      for (const next of ["DEL", "ADD"]) {
        resultOf(await call(host, { verb: "ADD" }));
        const whole = lanDevicesOf(await node.devices(LANS));
        await withKernel(host, async (kernel) => {
          const found = await findPorts(kernel, LANS, NET1);
          steps = planDeletePorts(found, found.ports);
        });
        await runFirst(host, steps, count);
        if (next === "ADD") {
          resultOf(await call(host, { verb: "ADD", ...OTHER }));
          assert.deepEqual(lanDevicesOf(await node.devices(LANS)), whole, `after ${count} steps`);
          assert.equal(codeOf(await call(host, { verb: "DEL", ...OTHER })), 0);
        }
        assert.equal(codeOf(await call(host, { verb: "DEL" })), 0);
        assert.deepEqual(await node.observe(), nothing, `${next} after ${count} steps`);
      }
    }
    assert.equal(steps.length, 4);
  },
);
