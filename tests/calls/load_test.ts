// Many calls: at once, by both ways at once, and one after the other for long.
import assert from "node:assert/strict";
import type { Node } from "../fixture/cluster.ts";
import { type Call, codeOf } from "../fixture/calls.ts";
import { eventually } from "../fixture/eventually.ts";
import { callMany, type Wanted } from "../fixture/many_calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import {
  BINARY,
  callFiles,
  callOn,
  countsOf,
  hold,
  lanDevices,
  LAUNCHER,
  signal,
  startResidentNode,
} from "../fixture/resident_node.ts";
import { oneInSoMany } from "../fixture/slow_machine.ts";
import { readUsage } from "../fixture/usage.ts";

const MANAGED = { MEGALOS_MANAGED: "1" };
const onLan = (vxlanId: number) => ({ name: `n${vxlanId}`, vxlanId });

testAsRoot("200 calls at once are all answered, and nothing is left of them", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  const pods = await addPods(node, 200);
  for (const verb of ["ADD", "DEL"]) {
    const wanted = pods.map((netns, at) => ({
      call: { verb, netns, container: `c${at}`, config: onLan(at % 20) },
      argv: [LAUNCHER],
    }));
    const { calls } = await callMany(node.run, wanted, wanted.length);
    assert.deepEqual(calls.filter(({ exitCode }) => exitCode !== 0), []);
    assert.equal((await lanDevices(node)).length, verb === "ADD" ? 200 + 2 * 20 : 0);
  }
  await eventually(
    async () => (await callFiles(node)).length === 0,
    10,
    async () => `${await callFiles(node)} is left`,
  );
  await noWatchdogs(node);
  await eventually(
    async () => {
      const [added, deleted] = [await countsOf(node, "ADD"), await countsOf(node, "DEL")];
      const all = [added, deleted].map((one) => one.answered! + one.fallenBack! + one.declined!);
      return `${all}` === "200,200";
    },
    10,
    async () => `status counts ${JSON.stringify(await countsOf(node, "ADD"))}`,
  );
});

testAsRoot(
  "resident and binaries on the same LANs, which come and go: nothing is left",
  async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    const pods = await addPods(node, 12);
    // A model of each pod: whether it is attached. Each step starts where the last one ended, with
    // all pods at a time.
    const attached = new Set<number>();
    for (let step = 0; step < 6; step++) {
      const wanted = pods.map((netns, at): Wanted => {
        const verb = attached.has(at) ? (Math.random() < 0.3 ? "CHECK" : "DEL") : "ADD";
        const call = { verb, netns, container: `c${at}`, config: onLan(at % 3) };
        return Math.random() < 0.4
          ? { call: withPrevious(call), argv: [BINARY], env: MANAGED }
          : { call: withPrevious(call), argv: [LAUNCHER] };
      });
      const { calls } = await callMany(node.run, wanted, wanted.length);
      const failed = calls.flatMap((one, at) => one.exitCode === 0 ? [] : [{ one, ...wanted[at] }]);
      assert.deepEqual(failed, []);
      for (const [at, { call }] of wanted.entries()) {
        if (call.verb === "ADD") attached.add(at);
        if (call.verb === "DEL") attached.delete(at);
      }
      const lans = new Set([...attached].map((at) => at % 3));
      assert.equal((await lanDevices(node)).length, attached.size + 2 * lans.size);
    }
    const last = pods.map((netns, at) => ({
      call: { verb: "DEL", netns, container: `c${at}`, config: onLan(at % 3) },
      argv: [LAUNCHER],
    }));
    await callMany(node.run, last, last.length);
    assert.deepEqual(await lanDevices(node), []);
  },
);

/** The call. A CHECK also has its ADD's result, which a CHECK must have. */
function withPrevious(call: Call & { netns: string; config: object }): Call {
  if (call.verb !== "CHECK") return call;
  const interfaces = [{ name: "net1", sandbox: call.netns }];
  return { ...call, config: { ...call.config, prevResult: { interfaces } } };
}

testAsRoot("100 launchers that give up a stopped resident at once leave no watchdog", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await signal(node, "STOP", manager.pid);
  const wanted = Array.from({ length: 100 }, () => ({
    call: { verb: "STATUS" },
    argv: [LAUNCHER],
  }));
  const { calls } = await callMany(node.run, wanted, wanted.length);
  assert.deepEqual(calls.filter(({ exitCode }) => exitCode !== 0), []);
  await noWatchdogs(node);
  await signal(node, "CONT", manager.pid);
});

testAsRoot("without a resident one binary runs at a time", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await worker.manager.end("KILL");
  await using one = await hold(node, "/run/megalos/lock/binary");
  const calls = [1, 2, 3].map(() => callOn(node, { verb: "STATUS" }));
  const ps = async (names: string) =>
    (await node.run(["ps", "-C", names, "-o", "args="])).stdout.trimEnd().split("\n");
  await eventually(
    async () => (await ps("flock")).filter((line) => line.endsWith("megalos.bin")).length === 3,
    10,
    "not all calls wait for their turn",
  );
  assert.deepEqual(await ps("megalos.bin"), [""]);
  await one[Symbol.asyncDispose]();
  for (const reply of await Promise.all(calls)) assert.equal(codeOf(reply), 0, reply.stdout);
});

/** Of 32 calls each: 1,000 calls, or a quarter of them on a slow machine. */
const MORE_ROUNDS = 32 / oneInSoMany();

testAsRoot("after many more calls memory, descriptors and spares are what they were", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  const pods = await addPods(node, 8);
  const round = ["ADD", "STATUS", "DEL", "STATUS"].flatMap((verb) =>
    pods.map((netns, at) => ({
      call: { verb, netns, container: `c${at}`, config: onLan(at % 4) },
      // A call of a pod waits for the one before it.
      lane: netns,
      argv: [LAUNCHER],
    }))
  );
  const rounds = async (count: number) => {
    const wanted = Array.from({ length: count }, () => round).flat();
    const { calls } = await callMany(node.run, wanted, pods.length);
    assert.deepEqual(calls.filter(({ exitCode }) => exitCode !== 0), []);
  };
  await rounds(8);
  const before = await readUsage(node, manager.pid);
  await rounds(MORE_ROUNDS);
  await eventually(
    async () => {
      const { descriptors, children } = await readUsage(node, manager.pid);
      return descriptors <= before.descriptors && children <= before.children;
    },
    10,
    async () => JSON.stringify({ before, after: await readUsage(node, manager.pid) }),
  );
  const { rssKb } = await readUsage(node, manager.pid);
  assert.ok(rssKb < before.rssKb + 30_000, `${before.rssKb} KB were before, ${rssKb} KB are now`);
});

async function addPods(node: Node, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `pod${at}`);
  await node.must("sh", "-c", `for name; do ip netns add "$name" || exit; done`, "sh", ...names);
  return names.map((name) => `/run/netns/${name}`);
}

async function noWatchdogs(node: Node): Promise<void> {
  const list = async () => (await node.run(["ps", "-C", "flock,megalos", "-o", "args="])).stdout;
  await eventually(async () => await list() === "", 10, async () => `there is ${await list()}`);
}
