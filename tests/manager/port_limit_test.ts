// A node takes no more interfaces on LANs than it may have: reflectors refuse one with too many.
import assert from "node:assert/strict";
import { eventually } from "../fixture/eventually.ts";
import { addPod, addSandbox, call, pod } from "../fixture/pod.ts";
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
  const msg = "Cannot attach net0: this node has 3 interfaces on LANs, and takes no more " +
    "(MEGALOS_MAX_PORTS)";
  const isRefused = async (plugin: string) => {
    const done = await call(node, "ADD", next, plugin);
    return done.reason === "exit" && done.stdout.includes(`"code":11,"msg":"${msg}"`);
  };
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
