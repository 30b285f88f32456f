// A node takes no more interfaces on LANs than it may have: reflectors refuse one with too many.
import assert from "node:assert/strict";
import type { Node } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { addPod, addSandbox, call, NET1, type Pod, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BINARY, LAUNCHER, startResidentNode } from "../fixture/resident_node.ts";

const MOST = 3;

testAsRoot("a full node refuses interfaces until one has gone, and says so once", async () => {
  await using worker = await startResidentNode({ settings: { MEGALOS_MAX_PORTS: `${MOST}` } });
  const { node, manager } = worker;
  const pods = Array.from({ length: MOST }, (_, at) => pod(`pc${at}`, ""));
  for (const one of pods) await addPod(node, one);
  await manager.logged(/warn this node has 3 interfaces on LANs, and takes no more/);
  const next = pod("next", "");
  await addSandbox(node, next);
  const why = "this node has 3 interfaces on LANs";
  const isRefused = (plugin: string) => refuses(node, next, plugin, why);
  assert.ok(await isRefused(LAUNCHER));
  // The binary goes by the manager's file, which is written at the look's end.
  await eventually(() => isRefused(BINARY), 10, () => `the binary takes more\n${manager.log}`);
  assert.equal((await call(node, "DEL", pods[0]!)).reason, "success");
  await manager.logged(/info some of 3 interfaces on LANs have gone/);
  assert.equal((await call(node, "ADD", next)).reason, "success");
  await eventually(
    async () => await isRefused(BINARY) && await isRefused(LAUNCHER),
    10,
    () => `a full node takes more\n${manager.log}`,
  );
  assert.equal((await call(node, "DEL", next)).reason, "success");
});

testAsRoot(
  "a namespace leaves interfaces to others, and takes more when some have gone",
  async () => {
    await using worker = await startResidentNode({ settings: { MEGALOS_MAX_PORTS: "10" } });
    const { node, manager } = worker;
    const many = Array.from({ length: 9 }, (_, at) => pod(`pc${at}`, "", NET1, "many"));
    for (const one of many.slice(0, 8)) await addPod(node, one);
    await manager.logged(
      /warn namespace many has 8 of the 10 interfaces on LANs that this node may/,
    );
    await addSandbox(node, many[8]!);
    const isRefused = (plugin: string) =>
      refuses(
        node,
        many[8]!,
        plugin,
        "namespace many has very many interfaces on LANs on this node",
      );
    assert.ok(await isRefused(LAUNCHER));
    await eventually(() => isRefused(BINARY), 10, () => `the binary takes more\n${manager.log}`);
    const other = pod("other", "", NET1, "few");
    await addPod(node, other);
    for (const one of [...many.slice(0, 2), other]) {
      assert.equal((await call(node, "DEL", one)).reason, "success");
    }
    await manager.logged(/info this node takes more interfaces on LANs of namespace many again/);
    assert.equal((await call(node, "ADD", many[8]!)).reason, "success");
  },
);

/** Whether an ADD is refused for now, and says why. */
async function refuses(node: Node, one: Pod, plugin: string, why: string): Promise<boolean> {
  const done = await call(node, "ADD", one, plugin);
  const msg = `Cannot attach net0: ${why}, and takes no more (MEGALOS_MAX_PORTS)`;
  return done.reason === "exit" && done.stdout.includes(`"code":11,"msg":"${msg}"`);
}
