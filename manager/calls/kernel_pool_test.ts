// The pool's sessions: lent to one call at a time, ended in time, and right about new devices.
import assert from "node:assert/strict";
import { BareNode } from "../../tests/fixture/bare_node.ts";
import { hostOf } from "../../tests/fixture/node_host.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import {
  addBridge,
  deleteLink,
  setGroup,
  showLink,
  showPorts,
} from "../../shared/iproute2/commands.ts";
import { type Kernel, openKernel } from "../../shared/iproute2/kernel.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { KernelPool, SERVICE_MS } from "./kernel_pool.ts";

const ELSEWHERE = "/run/netns/pod";

/** A pool of kernels that do nothing but say their number, and the call's own kernel, number -1. */
function numberedPool(spares = 0) {
  const state = {
    ...{ opened: 0, closed: [] as number[], asked: [] as number[], place: 1 },
    whileOpening: () => {},
  };
  const numbered = (number: number): Kernel => ({
    enter: () => Promise.resolve(),
    show: () => Promise.resolve((state.asked.push(number), [])),
    find: () => Promise.resolve({ there: [], isSure: true }),
    apply: () => Promise.resolve(undefined),
    close: () => Promise.resolve(void state.closed.push(number)),
  });
  const open = () => {
    const kernel = numbered(state.opened++);
    state.whileOpening();
    return kernel;
  };
  const pool = new KernelPool(open, () => state.place, spares);
  return { state, pool, borrow: () => pool.share(numbered(-1)) };
}

Deno.test("a call has a kernel for itself; the next one has it after that", async () => {
  const { state, pool, borrow } = numberedPool();
  const [one, other] = [borrow(), borrow()];
  for (const kernel of [one, other]) await kernel.show(LAN_NETNS, []);
  assert.deepEqual(state.asked, [0, 1]);
  await one.close();
  const third = borrow();
  await third.show(LAN_NETNS, []);
  await third.show(ELSEWHERE, []);
  assert.deepEqual(state.asked, [0, 1, 0, -1]);
  await other.close();
  await third.close();
  await pool.close();
  assert.deepEqual(state.closed.filter((number) => number >= 0).toSorted(), [0, 1]);
});

Deno.test("the kernel that served last is lent first", async () => {
  const { state, pool, borrow } = numberedPool();
  const both = [borrow(), borrow()];
  for (const kernel of both) await kernel.show(LAN_NETNS, []);
  for (const kernel of both) await kernel.close();
  const third = borrow();
  await third.show(LAN_NETNS, []);
  assert.deepEqual(state.asked, [0, 1, 1]);
  await third.close();
  await pool.close();
});

Deno.test("a kernel of a namespace that was made anew is ended, not lent", async () => {
  const { state, pool, borrow } = numberedPool();
  const one = borrow();
  await one.show(LAN_NETNS, []);
  await one.close();
  state.place = 2;
  const other = borrow();
  await other.show(LAN_NETNS, []);
  assert.deepEqual(state.asked, [0, 1]);
  assert.ok(state.closed.includes(0));
  await other.close();
  await pool.close();
});

Deno.test("a spare is not lent when the namespace was made anew while it started", async () => {
  const { state, pool, borrow } = numberedPool(1);
  state.whileOpening = () => state.place = 2;
  pool.fill();
  const one = borrow();
  await one.show(LAN_NETNS, []);
  assert.deepEqual(state.asked, [1]);
  await one.close();
  await pool.close();
});

Deno.test("a kernel that is idle is ended by itself", async () => {
  const { state, borrow } = numberedPool();
  const one = borrow();
  await one.show(LAN_NETNS, []);
  await one.close();
  while (!state.closed.includes(0)) await new Promise((resolve) => setTimeout(resolve, 20));
});

Deno.test("a timer that fires after it was cleared ends no kernel that is lent", async () => {
  const { state, pool, borrow } = numberedPool();
  const one = borrow();
  await one.show(LAN_NETNS, []);
  await one.close();
  const other = borrow();
  // As Deno does where a timer is due and an operation has ended, both in one turn of its loop.
  const { clearTimeout } = globalThis;
  globalThis.clearTimeout = () => {};
  try {
    await other.show(LAN_NETNS, []);
  } finally {
    globalThis.clearTimeout = clearTimeout;
  }
  await new Promise((resolve) => setTimeout(resolve, SERVICE_MS + 100));
  assert.deepEqual(state.asked, [0, 0]);
  assert.ok(!state.closed.includes(0));
  await other.close();
  await pool.close();
});

Deno.test("spares are made ahead, each is lent once, and missing ones are made later", async () => {
  const { state, pool, borrow } = numberedPool(2);
  pool.fill();
  assert.equal(state.opened, 2);
  const calls = [borrow(), borrow(), borrow()];
  for (const kernel of calls) await kernel.show(LAN_NETNS, []);
  assert.deepEqual(state.asked, [0, 1, 2]);
  assert.equal(state.opened, 3);
  while (state.opened < 5) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const kernel of calls) await kernel.close();
  await pool.close();
  assert.deepEqual(state.closed.filter((number) => number >= 0).toSorted(), [0, 1, 2, 3, 4]);
});

Deno.test("spares of a namespace that was made anew are ended, not lent", async () => {
  const { state, pool, borrow } = numberedPool(2);
  pool.fill();
  state.place = 2;
  const call = borrow();
  await call.show(LAN_NETNS, []);
  assert.deepEqual(state.asked, [2]);
  assert.deepEqual(state.closed, [0, 1]);
  await call.close();
  await pool.close();
  // What is filled after the end would stay.
  pool.fill();
  assert.equal(state.opened, 3);
});

Deno.test("a session that fails is replaced by a spare, a spare by a new one, and no more", async () => {
  const opened: number[] = [];
  const asked: number[] = [];
  const working = new Set<number>();
  const open = (): Kernel => {
    const number = opened.push(opened.length) - 1;
    return {
      enter: () => Promise.resolve(),
      show: () => {
        asked.push(number);
        return working.has(number) ? Promise.resolve([]) : Promise.reject(new Error("of no use"));
      },
      find: () => Promise.resolve({ there: [], isSure: true }),
      apply: () => Promise.resolve(undefined),
      close: () => Promise.resolve(),
    };
  };
  const pool = new KernelPool(open, () => "here", 2);
  pool.fill();
  working.add(0);
  const first = pool.share(open());
  await first.show(LAN_NETNS, []);
  await first.close();
  working.clear();
  const second = pool.share(open());
  await assert.rejects(second.show(LAN_NETNS, []), /of no use/);
  // 2 and 3 are the calls' own.
  assert.deepEqual(asked, [0, 0, 1, 4]);
  await second.close();
  await pool.close();
});

testAsRoot("devices that others have made anew are found, by every name", async () => {
  await using node = await BareNode.start();
  await node.addPods("megalos");
  const { converse } = hostOf(node);
  const openReal = () => openKernel(converse, () => 20_000);
  const pool = new KernelPool(openReal, () => "here");
  const lan = addBridge("lan", 1400);
  const other = openReal();
  const first = pool.share(openReal());
  assert.equal(await first.apply(LAN_NETNS, lan), undefined);
  assert.equal((await first.show(LAN_NETNS, [showLink("lan")])).length, 1);
  await first.close();
  for (const change of [deleteLink("lan"), addBridge("pod", 1400), lan]) {
    assert.equal(await other.apply(LAN_NETNS, change), undefined);
  }
  const second = pool.share(openReal());
  const names = (await second.show(LAN_NETNS, ["pod", "lan"].map(showLink))).map((link) =>
    link.ifname
  );
  assert.deepEqual(names, ["pod", "lan"]);
  assert.equal(await second.apply(LAN_NETNS, setGroup("lan", 0)), undefined);
  assert.deepEqual(await second.show(LAN_NETNS, [showPorts("lan")]), []);
  await second.close();
  await pool.close();
  await other.close();
});
