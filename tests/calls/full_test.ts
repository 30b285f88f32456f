// There is no room in /run, or no permission to write there.
// Then a call is answered all the same, or it is refused and leaves nothing.
import assert from "node:assert/strict";
import type { Node } from "../fixture/cluster.ts";
import { type Call, CODE, codeOf } from "../fixture/calls.ts";
import { eventually } from "../fixture/eventually.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import {
  callFiles,
  callOn,
  CALLS,
  countsOf,
  lanDevices,
  startResidentNode,
} from "../fixture/resident_node.ts";

const ADD: Call = { verb: "ADD" };
const DEL: Call = { verb: "DEL" };
/** A call whose answer is as long as its config, and goes through a file. */
const LONG: Call = { verb: "ADD", config: { prevResult: { long: "x".repeat(100_000) } } };

testAsRoot("/run is full at each file of a call", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  const limits = [
    ...[0, 1, 2, 3, 4, 5, 6].map((free) => ({ what: "inodes" as const, free, call: ADD })),
    ...[0, 1, 2].map((free) => ({ what: "blocks" as const, free, call: ADD })),
    ...[1, 40, 80].map((free) => ({ what: "blocks" as const, free, call: LONG })),
  ];
  const codes: number[] = [];
  for (const { what, free, call } of limits) {
    const title = `${free} free ${what}`;
    await leaveFree(node, what, free);
    const code = codeOf(await callOn(node, call));
    await leaveFree(node, what, 1_000_000);
    codes.push(code);
    assert.ok(code === 0 || code === CODE.tryLater, `${title}: code ${code}`);
    const devices = await lanDevices(node);
    assert.equal(devices.length, code === 0 ? 3 : 0, `${title}, code ${code}: ${devices}`);
    assert.equal(codeOf(await callOn(node, DEL)), 0, title);
    assert.deepEqual(await lanDevices(node), [], title);
    await eventually(
      async () => (await callFiles(node)).length === 0,
      10,
      async () => `${title}: ${await callFiles(node)} is left`,
    );
  }
  assert.ok(codes.includes(CODE.tryLater) && codes.includes(0), `${codes}`);
  assert.equal(codes.at(-3), CODE.tryLater, "a long config that cannot be written");
  assert.equal(codes.at(-2), CODE.tryLater, "a long answer that cannot be written");
  assert.doesNotMatch(worker.manager.log, /Uncaught/);
});

testAsRoot("/run/megalos is read-only, or every slot is taken: the binary answers", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await node.must("mount", "--bind", "/run/megalos", "/run/megalos");
  await node.must("mount", "-o", "remount,bind,ro", "/run/megalos");
  assert.equal(codeOf(await callOn(node, ADD)), 0);
  await node.must("umount", "/run/megalos");
  await node.must("sh", "-c", `cd ${CALLS} && for at in $(seq 0 255); do : >$at.claim; done`);
  assert.equal(codeOf(await callOn(node, DEL)), 0);
  await eventually(
    async () => (await countsOf(node, "DEL")).declined === 1,
    10,
    "status does not count the DEL as declined",
  );
  assert.deepEqual(await lanDevices(node), []);
  assert.doesNotMatch(worker.manager.log, /Z error /);
});

/** Leaves room in /run for at least so much more than there is now. */
async function leaveFree(node: Node, what: "inodes" | "blocks", free: number): Promise<void> {
  const column = what === "inodes" ? "iused" : "used";
  await eventually(
    async () => {
      const used = await node.must("df", "--block-size=4K", `--output=${column}`, "/run");
      const limit = Number(used.split("\n")[1]) + free;
      const option = what === "inodes" ? `nr_inodes=${limit}` : `size=${limit * 4096}`;
      // The kernel refuses this where the manager has made a file meanwhile.
      return (await node.run(["mount", "-o", `remount,${option}`, "/run"])).reason === "success";
    },
    10,
    `${free} ${what} cannot be left free`,
  );
}
