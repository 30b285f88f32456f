// Deletions of many calls, by kernels that do what they are told to.
import assert from "node:assert/strict";
import { BareNode } from "../../tests/fixture/bare_node.ts";
import { portsOf } from "../../tests/fixture/node_ports.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import type { Completed } from "../../shared/command.ts";
import { addBridge, deleteLink, setGroup, showLink } from "../../shared/iproute2/commands.ts";
import { type Kernel, openKernel } from "../../shared/iproute2/kernel.ts";
import { DELETE_MARKED, planDelete } from "../../shared/lan/delete_devices.ts";
import { GROUP } from "../../shared/lan/lan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { Deletions, MAX_RUNNING } from "./deletions.ts";

const failed = (stderr: string): Completed => ({
  ...{ argv: ["ip"], reason: "exit", code: 1, signal: null, stdout: "", stderr, ms: 0 },
});
const tick = () => new Promise((resolve) => setTimeout(resolve));

/** Deletions that end when they are told to, and calls whose devices are there until then, or until `gone`. */
function slowDeletions() {
  const running: ((outcome?: Completed) => void)[] = [];
  const state = { gone: false, closed: 0, running };
  const kernel = (apply: Kernel["apply"]): Kernel => ({
    show: () => Promise.resolve([]),
    hasAny: (_netns, names) => Promise.resolve(names.join() === "x" && !state.gone),
    apply,
    close: () => Promise.resolve(void state.closed++),
  });
  const deletions = new Deletions(() =>
    kernel((_netns, args) => {
      assert.equal(args, DELETE_MARKED);
      return new Promise((resolve) => running.push(resolve));
    })
  );
  /** A call that deletes a device. */
  const remove = async () => {
    const shared = deletions.share(kernel(() => Promise.resolve(undefined)));
    let outcome;
    for (const { args } of planDelete(LAN_NETNS, ["x"])) {
      outcome = await shared.apply(LAN_NETNS, args);
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

testAsRoot("a device that was made anew under the name is not taken for the old one", async () => {
  await using node = await BareNode.start();
  await node.addPods("megalos");
  const { converse } = portsOf(node);
  const open = () => openKernel(converse, () => 20_000);
  const [call, other] = [open(), open()];
  const deletions = new Deletions(open);
  const shared = deletions.share(call);
  for (const name of ["old", "stays"]) {
    assert.equal(await other.apply(LAN_NETNS, addBridge(name, 1400)), undefined);
  }
  await call.show(LAN_NETNS, [showLink("old")]);
  const [mark, remove] = planDelete(LAN_NETNS, ["old"]);
  assert.equal(await shared.apply(LAN_NETNS, mark!.args), undefined);
  for (
    const change of [deleteLink("old"), addBridge("old", 1400), setGroup("stays", GROUP.deleted)]
  ) {
    assert.equal(await other.apply(LAN_NETNS, change), undefined);
  }
  await shared.apply(LAN_NETNS, remove!.args);
  await deletions.settle();
  const left = await other.show(LAN_NETNS, ["old", "stays"].map(showLink));
  assert.deepEqual(left.map(({ ifname, group }) => [ifname, group]), [["old", 0]]);
  await Promise.all([call.close(), other.close()]);
});
