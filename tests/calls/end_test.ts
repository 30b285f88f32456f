// Either side of a call ends, stops or starts again in the middle of it.
// Then nothing is done twice, and nothing stands that nobody was told of.
import assert from "node:assert/strict";
import { scaled } from "../../shared/process/time_scale.ts";
import type { Node } from "../fixture/cluster.ts";
import { type Call, CODE, codeOf, messageOf } from "../fixture/calls.ts";
import { eventually } from "../fixture/eventually.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import {
  callFiles,
  callOn,
  childrenOf,
  countsOf,
  hold,
  isAnswering,
  LAN_LOCK,
  lanDevices,
  openCall,
  signal,
  startResidentNode,
  taken,
} from "../fixture/resident_node.ts";

const ADD: Call = { verb: "ADD" };
const DEL: Call = { verb: "DEL" };

/**
 * A worker whose resident has taken an ADD. The ADD waits for its LAN's lock until the lock is let
 * go.
 */
async function startHeldAdd() {
  await using started = new AsyncDisposableStack();
  const worker = started.use(await startResidentNode());
  const lan = started.use(await hold(worker.node, LAN_LOCK));
  const add = await openCall(worker.node, ADD);
  await taken(worker.node);
  const held = started.move();
  return {
    worker,
    node: worker.node,
    manager: worker.manager,
    add,
    letGo: () => lan[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

testAsRoot(
  "a resident that is stopped is not waited for, and does nothing when it wakes",
  async () => {
    await using worker = await startResidentNode();
    const { node, manager } = worker;
    await signal(node, "STOP", manager.pid);
    assert.equal(codeOf(await callOn(node, ADD)), 0);
    assert.equal(codeOf(await callOn(node, DEL)), 0);
    // A launcher that is killed takes nothing back, so its call is there when the resident wakes.
    const open = await openCall(node, ADD);
    await eventually(async () => (await callFiles(node)).some(isReady), 10, "no call is ready");
    await signal(node, "KILL", open.pid, ...await childrenOf(node, open.pid));
    await open.reply;
    await new Promise((resolve) => setTimeout(resolve, scaled(2_000)));
    await signal(node, "CONT", manager.pid);
    await eventually(
      async () => (await countsOf(node, "ADD")).fallenBack === 1,
      10,
      async () => `ADD counts ${JSON.stringify(await countsOf(node, "ADD"))}`,
    );
    assert.equal((await countsOf(node, "ADD")).answered, 0);
    assert.equal(codeOf(await callOn(node, { verb: "STATUS" })), 0);
    assert.deepEqual(await lanDevices(node), []);
    assert.doesNotMatch(manager.log, /error|nobody took/);
  },
);

testAsRoot(
  "a resident that is killed in a call: code 11, and the next one goes on",
  async () => {
    await using held = await startHeldAdd();
    const { worker, node, add, letGo } = held;
    await worker.manager.end("KILL");
    const reply = await add.reply;
    assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
    assert.match(messageOf(reply), /the manager ended during the call/);
    await letGo();
    await worker.restart();
    await eventually(async () => (await callFiles(node)).length === 0, 10, "the slot is not freed");
    assert.deepEqual(await lanDevices(node), []);
    assert.equal(codeOf(await callOn(node, ADD)), 0);
    assert.equal(codeOf(await callOn(node, DEL)), 0);
  },
);

testAsRoot(
  "a call whose resident has ended is told so by the next one, should that be first",
  async () => {
    await using held = await startHeldAdd();
    const { worker, node, add } = held;
    // While its watchdog is stopped the launcher does not notice by itself.
    const watchdog = await watchdogOf(node, add.pid);
    await signal(node, "STOP", watchdog);
    await worker.manager.end("KILL");
    await worker.restart();
    const reply = await add.reply;
    await signal(node, "CONT", watchdog);
    assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
    assert.match(messageOf(reply), /the manager that took the call has ended/);
  },
);

testAsRoot(
  "a manager that is told to end answers what it has taken, and takes no more",
  async () => {
    await using held = await startHeldAdd();
    const { node, manager, add, letGo } = held;
    await signal(node, "TERM", manager.pid);
    assert.equal(codeOf(await callOn(node, { verb: "STATUS" })), 0);
    assert.ok(await isAnswering(node), "it goes on for the call that it has taken");
    await letGo();
    assert.equal(codeOf(await add.reply), 0);
    assert.equal((await manager.ended()).code, 0, manager.log);
    assert.equal(codeOf(await callOn(node, DEL)), 0);
    assert.deepEqual(await lanDevices(node), []);
  },
);

testAsRoot("/run/megalos is removed: code 11 until the next start of the manager", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await node.must("mv", "/run/megalos", "/run/removed");
  assert.equal(codeOf(await callOn(node, ADD)), CODE.tryLater);
  assert.equal((await worker.manager.ended()).code, 1);
  assert.match(worker.manager.log, /Cannot go on: \/run\/megalos\S* has been removed/);
  await worker.restart();
  assert.equal(codeOf(await callOn(node, ADD)), 0);
  assert.equal(codeOf(await callOn(node, DEL)), 0);
});

testAsRoot("the ADD of a launcher that is killed is undone", async () => {
  await using held = await startHeldAdd();
  const { node, manager, add, letGo } = held;
  await signal(node, "KILL", add.pid);
  await letGo();
  await eventually(async () => (await lanDevices(node)).length === 3, 10, "nothing was done");
  await manager.logged(/nobody took the answer to ADD; it is undone/);
  assert.deepEqual(await lanDevices(node), []);
  const pod = await node.must("nsenter", "--net=/run/netns/pod", "ip", "-brief", "link");
  assert.doesNotMatch(pod, /net1/);
  await assertUndelivered(node);
});

testAsRoot(
  "undoing an ADD that was cut off takes nothing from the ADD that follows it",
  async () => {
    await using held = await startHeldAdd();
    const { node, manager, add, letGo } = held;
    await signal(node, "KILL", add.pid);
    await letGo();
    assert.equal(codeOf(await callOn(node, DEL)), 0);
    assert.equal(codeOf(await callOn(node, ADD)), 0);
    await manager.logged(/nobody took the answer to ADD/);
    assert.equal((await lanDevices(node)).length, 3);
  },
);

testAsRoot("a launcher that is stopped until its ADD is undone answers code 11", async () => {
  await using held = await startHeldAdd();
  const { node, manager, add, letGo } = held;
  await signal(node, "STOP", add.pid);
  await letGo();
  await manager.logged(/nobody took the answer to ADD; it is undone/);
  await signal(node, "CONT", add.pid);
  const reply = await add.reply;
  assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
  assert.match(messageOf(reply), /came too late, and what was done has been undone/);
  assert.deepEqual(await lanDevices(node), []);
  await assertUndelivered(node);
});

testAsRoot(
  "a launcher whose watchdog is killed answers code 11, and its ADD is undone",
  async () => {
    await using held = await startHeldAdd();
    const { node, manager, add, letGo } = held;
    await signal(node, "KILL", await watchdogOf(node, add.pid));
    const reply = await add.reply;
    assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
    assert.match(messageOf(reply), /watchdog was killed/);
    await letGo();
    await manager.logged(/nobody took the answer to ADD; it is undone/);
    assert.deepEqual(await lanDevices(node), []);
  },
);

testAsRoot("a caller that reads to the end is not kept waiting by the watchdog", async () => {
  await using held = await startHeldAdd();
  const { node, add, letGo } = held;
  const watchdog = await watchdogOf(node, add.pid);
  await signal(node, "STOP", watchdog);
  await letGo();
  assert.equal(codeOf(await add.reply), 0);
  assert.equal((await node.run(["kill", "-0", watchdog])).code, 0, "the watchdog is still there");
  await signal(node, "CONT", watchdog);
  await noWatchdogs(node);
});

/** The process that watches over the answer to a call that has been taken for a second. */
function watchdogOf(node: Node, launcher: string): Promise<string> {
  const watchdog = new RegExp(`^ *(\\d+) flock -s -w ${scaled(60)} `, "m");
  return eventually(
    async () => {
      const { stdout } = await node.run(["ps", "--ppid", launcher, "-o", "pid=,args="]);
      return watchdog.exec(stdout)?.[1];
    },
    10,
    "nothing watches over the answer",
  );
}

const isReady = (file: string) => /^bell\/\d+\.[0-9a-f-]{36}$/.test(file);

async function assertUndelivered(node: Node): Promise<void> {
  await eventually(
    async () => (await countsOf(node, "ADD")).undelivered === 1,
    10,
    "status does not count the ADD as undelivered",
  );
}

async function noWatchdogs(node: Node): Promise<void> {
  await eventually(
    async () => (await node.run(["ps", "-C", "flock,megalos", "-o", "pid="])).stdout === "",
    10,
    async () => `there is ${(await node.run(["ps", "-ef"])).stdout}`,
  );
}
