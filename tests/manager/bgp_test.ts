// Who may speak BGP with a reflector: by network, by password, and how many.
import assert from "node:assert/strict";
import {
  type Cluster,
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startCluster,
  startNode,
} from "../fixture/cluster.ts";
import { Manager, REFLECTOR_ENV } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { Speaker } from "../fixture/speaker.ts";

/** Outside of 10.99.0.0/26, where all nodes of the cluster are. */
const STRANGER = "10.99.0.66";

async function startStranger({ reflector }: Cluster, address = STRANGER): Promise<Node> {
  const node = await startNode("stranger");
  await plug(reflector, node, address);
  return node;
}

/** Whether each of these addresses is taken into a session. */
async function isTaken(node: Node, ...rest: [address: string, password?: string]) {
  await using speaker = await Speaker.start(node, REFLECTOR_ADDRESS, ...rest);
  return speaker !== undefined;
}

async function startReflector({ reflector }: Cluster, env: Record<string, string>) {
  const manager = await Manager.start(reflector, ["route-reflector"], { ...REFLECTOR_ENV, ...env });
  await manager.ready();
  return manager;
}

testAsRoot("a reflector takes sessions from the nodes' networks alone", async () => {
  await using cluster = await startCluster();
  await using stranger = await startStranger(cluster);
  await stranger.must("ip", "address", "add", "10.99.0.13/24", "dev", "eth0");
  await using first = await startReflector(cluster, {});
  assert.equal(await isTaken(stranger, STRANGER), true, "by default all are taken");
  await first.end("TERM");
  const networks = { MEGALOS_NODE_NETWORKS: "10.99.0.7/26, fd00::/64" };
  await using second = await startReflector(cluster, networks);
  await second.logged(/FRR runs it: applied/);
  assert.equal(await isTaken(stranger, STRANGER), false);
  assert.equal(await isTaken(stranger, "10.99.0.13"), true);
});

testAsRoot("a reflector with a password takes nobody who does not know it", async () => {
  await using cluster = await startCluster();
  await using stranger = await startStranger(cluster);
  await using _manager = await startReflector(cluster, { MEGALOS_BGP_PASSWORD: "s3cret" });
  assert.equal(await isTaken(stranger, STRANGER, "s3cret"), true);
  assert.equal(await isTaken(stranger, STRANGER), false);
  assert.equal(await isTaken(stranger, STRANGER, "s3cre"), false);
});

testAsRoot("a reflector takes no more sessions than fit its memory", async () => {
  await using cluster = await startCluster();
  await using stranger = await startStranger(cluster);
  await using _manager = await startReflector(cluster, { MEGALOS_FRR_MEMORY: "64" });
  await using speakers = new AsyncDisposableStack();
  const add = (at: number) =>
    stranger.must("ip", "address", "add", `10.99.0.${100 + at}/24`, "dev", "eth0");
  for (let at = 0; at <= 29; at++) await add(at);
  for (let at = 0; at < 29; at++) {
    const speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, `10.99.0.${100 + at}`);
    assert.ok(speaker !== undefined, `session ${at + 1}`);
    speakers.use(speaker);
  }
  assert.equal(await isTaken(stranger, "10.99.0.129"), false);
});
