// Many calls at a time, as a node sees them when a lab of hundreds of devices starts and ends.
import assert from "node:assert/strict";
import { type Call, callPlugin } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";

/** Makes the calls, so many at a time, and answers those that failed. */
async function callAll(node: BareNode, calls: readonly Call[], atATime: number) {
  const waiting = calls.values();
  const failed: unknown[] = [];
  const work = async () => {
    for (const call of waiting) {
      const reply = await callPlugin(node, call);
      if (reply.exitCode !== 0) failed.push({ call, reply });
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return failed;
}

const attachments = (count: number, lans: number) =>
  Array.from({ length: count }, (_, at) => ({
    netns: `/run/netns/pod${at}`,
    container: `c${at}`,
    config: { cniVersion: "0.3.0", name: `n${at % lans}`, vxlanId: at % lans },
  }));

testAsRoot("60 ADDs and 60 DELs on 10 LANs, 30 at a time: no error, nothing left", async () => {
  await using node = await BareNode.start();
  const all = attachments(60, 10);
  await node.addPods(...all.map((_, at) => `pod${at}`));
  const verbs = (verb: string) => all.map((one) => ({ verb, ...one }));
  assert.deepEqual(await callAll(node, verbs("ADD"), 30), []);
  const devices = await node.devices(LANS);
  assert.equal(devices.filter(({ group }) => group === "1").length, 60);
  assert.equal(devices.length, 1 + 60 + 2 * 10);
  // Some pods end and others start at once: each LAN goes, comes back and goes.
  const half = (odd: number) => all.filter((_, at) => at % 2 === odd);
  const mixed = half(0).flatMap((
    one,
  ) => [{ verb: "DEL", ...one }, {
    verb: "GC",
    ...one,
    config: { ...one.config, cniVersion: "1.1.0" },
  }]);
  assert.deepEqual(await callAll(node, mixed, 30), []);
  assert.deepEqual(await callAll(node, verbs("DEL"), 30), []);
  assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
});

testAsRoot(
  "30 first ADDs at once on a node without LAN namespace, on one LAN and on 30",
  async () => {
    for (const lans of [1, 30]) await startAtOnce(lans);
  },
);

async function startAtOnce(lans: number): Promise<void> {
  await using node = await BareNode.start();
  const all = attachments(30, lans);
  await node.addPods(...all.map((_, at) => `pod${at}`));
  assert.deepEqual(await callAll(node, all.map((one) => ({ verb: "ADD", ...one })), 30), []);
  assert.equal((await node.devices(LANS)).length, 1 + 30 + 2 * lans);
  const mounts = await node.run(["cat", "/proc/self/mountinfo"]);
  assert.equal(mounts.split("\n").filter((line) => line.includes(LANS)).length, 1);
  assert.deepEqual(await callAll(node, all.map((one) => ({ verb: "DEL", ...one })), 30), []);
  assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
}
