// Deletions of many calls, by kernels that do what they are told to.
import assert from "node:assert/strict";
import { BareNode } from "../../tests/fixture/bare_node.ts";
import { hostOf } from "../../tests/fixture/node_host.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import type { Completed } from "../../shared/process/command.ts";
import {
  addBridge,
  deleteLink,
  setGroup,
  showKind,
  showLink,
} from "../../shared/iproute2/commands.ts";
import { type Kernel, openKernel } from "../../shared/iproute2/kernel.ts";
import { DELETE_MARKED, planDelete } from "../../shared/lan/plan_delete.ts";
import { GROUP } from "../../shared/lan/lan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { Deletions, MAX_RUNNING } from "./deletions.ts";

const failed = (stderr: string): Completed => ({
  ...{ argv: ["ip"], reason: "exit", code: 1, signal: null, stdout: "", stderr, ms: 0 },
});
const tick = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Deletions that end when they are told to, and calls whose devices are there until then, or until
 * `gone`.
 */
function slowDeletions() {
  const running: ((outcome?: Completed) => void)[] = [];
  const state = { gone: false, isSure: true, closed: 0, running };
  const kernel = (apply: Kernel["apply"]): Kernel => ({
    enter: () => Promise.resolve(),
    show: () => Promise.resolve([]),
    find: (_netns, names) =>
      Promise.resolve({ there: state.gone ? [] : names, isSure: state.isSure }),
    apply,
    close: () => Promise.resolve(void state.closed++),
  });
  const deletions = new Deletions(() =>
    kernel((_netns, change) => {
      assert.equal(change, DELETE_MARKED);
      return new Promise((resolve) => running.push(resolve));
    })
  );
  /** A call that deletes a device. */
  const remove = async () => {
    const shared = deletions.share(kernel(() => Promise.resolve(undefined)));
    let outcome;
    for (const { change } of planDelete(LAN_NETNS, ["x"])) {
      outcome = await shared.apply(LAN_NETNS, change);
    }
    return outcome;
  };
  return { deletions, state, remove };
}

Deno.test("a call goes on when its device is gone, not when the kernel has answered", async () => {
  const { deletions, state, remove } = slowDeletions();
  const removing = remove();
  let isOver = false;
  void removing.then(() => isOver = true);
  for (let ticks = 0; ticks < 5; ticks++) await tick();
  assert.equal(isOver, false);
  state.gone = true;
  assert.equal(await removing, undefined);
  assert.equal(state.closed, 0);
  state.running[0]!();
  await deletions.settle();
  assert.equal(state.closed, 1);
});

Deno.test("what another call's deletion has taken is not deleted again", async () => {
  const { state, remove } = slowDeletions();
  state.gone = true;
  assert.equal(await remove(), undefined);
  assert.equal(state.running.length, 0);
});

Deno.test("while a device may be there, the kernel's answer is waited for", async () => {
  const { state, remove } = slowDeletions();
  Object.assign(state, { gone: true, isSure: false });
  const removing = remove();
  for (let ticks = 0; ticks < 5; ticks++) await tick();
  assert.equal(state.running.length, 1);
  state.running[0]!();
  assert.equal(await removing, undefined);
});

Deno.test("what the kernel answers first is the outcome", async () => {
  const { state, remove } = slowDeletions();
  const removing = remove();
  for (let ticks = 0; ticks < 5; ticks++) await tick();
  const failure = failed("RTNETLINK answers: Operation not permitted");
  state.running[0]!(failure);
  assert.equal(await removing, failure);
});

Deno.test("beyond some at a time, what is asked for is one more for all", async () => {
  const { state, remove } = slowDeletions();
  const removing = Array.from({ length: MAX_RUNNING + 3 }, remove);
  await tick();
  assert.equal(state.running.length, MAX_RUNNING);
  state.running[2]!();
  await tick();
  assert.equal(state.running.length, MAX_RUNNING + 1);
  for (const end of state.running) end();
  assert.deepEqual(await Promise.all(removing), removing.map(() => undefined));
  assert.equal(state.running.length, MAX_RUNNING + 1);
});

testAsRoot(
  "a device that was made anew under the name is not deleted with the old one",
  async () => {
    await using node = await BareNode.start();
    await node.addPods("megalos");
    const { converse } = hostOf(node);
    const open = () => openKernel(converse, () => 20_000);
    const [call, other] = [open(), open()];
    const deletions = new Deletions(open);
    const shared = deletions.share(call);
    for (const name of ["old", "stays"]) {
      assert.equal(await other.apply(LAN_NETNS, addBridge(name, 1400)), undefined);
    }
    await call.show(LAN_NETNS, [showLink("old")]);
    const [mark, remove] = planDelete(LAN_NETNS, ["old"]);
    assert.equal(await shared.apply(LAN_NETNS, mark!.change), undefined);
    for (
      const change of [deleteLink("old"), addBridge("old", 1400), setGroup("stays", GROUP.deleted)]
    ) {
      assert.equal(await other.apply(LAN_NETNS, change), undefined);
    }
    await shared.apply(LAN_NETNS, remove!.change);
    await deletions.settle();
    const left = await other.show(LAN_NETNS, ["old", "stays"].map(showLink));
    assert.deepEqual(left.map(({ ifname, group }) => [ifname, group]), [["old", 0]]);
    await Promise.all([call.close(), other.close()]);
  },
);

testAsRoot("a device is deleted by a session that knows an earlier one of its name", async () => {
  await using node = await BareNode.start();
  await node.addPods("megalos");
  const { converse } = hostOf(node);
  const open = () => openKernel(converse, () => 20_000);
  const [call, other] = [open(), open()];
  const make = async (name: string) => {
    assert.equal(await other.apply(LAN_NETNS, addBridge(name, 1400)), undefined);
  };
  const deletions = new Deletions(open);
  const shared = deletions.share(call);
  await make("x");
  await call.find(LAN_NETNS, ["x"]);
  assert.equal(await other.apply(LAN_NETNS, deleteLink("x")), undefined);
  await make("x");
  // A list puts the device of now in front of the earlier one; the mark takes away the first that
  // is known.
  await call.show(LAN_NETNS, [showKind("bridge")]);
  for (const { change } of planDelete(LAN_NETNS, ["x"])) {
    assert.equal(await shared.apply(LAN_NETNS, change), undefined);
  }
  assert.deepEqual(await other.show(LAN_NETNS, [showKind("bridge")]), []);
  await deletions.settle();
  await Promise.all([call.close(), other.close()]);
});
