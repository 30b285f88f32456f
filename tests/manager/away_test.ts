// A node whose FRR is away: frames still reach its pods, and what it has said is forgotten in time.
import assert from "node:assert/strict";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { describe } from "../../shared/process/command.ts";
import { converse } from "../../shared/process/exec.ts";
import { type Node, plug, startNode, workerAddress } from "../fixture/cluster.ts";
import bgpds from "../fixture/bgpds.py" with { type: "text" };
import { awaitEntries, readRemote } from "../fixture/entries.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids, startFrrContainer } from "../fixture/frr.ts";
import { CNI_BIN_DIR, MANAGER, Manager, workerEnv } from "../fixture/manager.ts";
import { countLost } from "../fixture/ping.ts";
import { addPod, call, canReach, pod } from "../fixture/pod.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

const W2 = workerAddress(1);

// Lays an empty file over FRR's library, for this node alone.
const HIDE_LIBRARY = `
: >/run/empty
mount --bind /run/empty "$(readlink -f /usr/lib/*/frr/libfrr.so.0)"
`;

/** Ends FRR as a lost container does, without a word to anybody. */
async function killFrr(node: Node): Promise<void> {
  const { watchfrr, ...daemons } = await frrPids(node);
  await node.must("kill", "-KILL", watchfrr!, ...Object.values(daemons));
}

/** Waits until this node's bgpd knows no route of the second worker, or knows one. */
function awaitRoutes(node: Node, wanted: boolean): Promise<unknown> {
  const show = ["vtysh", "-c", "show bgp l2vpn evpn route"];
  return eventually(
    async () => (await node.must(...show)).includes(W2) === wanted,
    60,
    `the routes of ${W2} are not ${wanted ? "there" : "gone"}`,
  );
}

/** All entries to the second worker and its pods, when there are so many. */
function readWhole(node: Node, count = 3): Promise<string[]> {
  return eventually(
    async () => {
      const entries = await readRemote(node);
      return entries.length === count && entries;
    },
    10,
    async () => `there is ${await readRemote(node)}`,
  );
}

testAsRoot("a worker's FRR that is killed and comes back costs no frame", async () => {
  await using pods = await startTwoPods();
  const { cluster: { workers: [w1, w2] }, running } = pods;
  const before = await readWhole(w1);
  await using managers = new AsyncDisposableStack();
  const lost = await countLost(w1, PC1, "10.0.0.2", async () => {
    await running.workers[1].end("KILL");
    await killFrr(w2);
    await awaitRoutes(w1, false);
    assert.deepEqual(await readRemote(w1), before);
    const again = managers.use(await Manager.start(w2, ["worker"], workerEnv(1)));
    await awaitRoutes(w1, true);
    await again.ready();
  });
  // One frame may be on its way when the pinging ends.
  assert.ok(lost <= 1, `${lost} frames of 10 ms are lost`);
  await awaitEntries(w1, before, 30, running.workers[0]);
});

testAsRoot("what ends while its node is away goes once the node has spoken again", async () => {
  await using pods = await startTwoPods();
  const { cluster: { workers: [w1, w2] }, running } = pods;
  const staying = await readWhole(w1);
  const pc3 = pod("pc3", "02:00:00:00:00:03");
  await addPod(w2, pc3, "10.0.0.3");
  const all = await readWhole(w1, 5);
  await running.workers[1].end("KILL");
  await killFrr(w2);
  await awaitRoutes(w1, false);
  const deleted = await call(w2, "DEL", pc3);
  assert.equal(deleted.reason, "success", describe(deleted));
  assert.deepEqual(await readRemote(w1), all);
  await using _again = await Manager.start(w2, ["worker"], workerEnv(1));
  await awaitEntries(w1, staying, 60, running.workers[0]);
});

testAsRoot("a node that does not come back is forgotten after the grace time", async () => {
  await using pods = await startTwoPods({ MEGALOS_NODE_GRACE: "20" });
  const { cluster: { workers: [w1, w2] }, running } = pods;
  const before = await readWhole(w1);
  await running.workers[1].end("KILL");
  await killFrr(w2);
  await awaitRoutes(w1, false);
  assert.deepEqual(await readRemote(w1), before);
  await awaitEntries(w1, [], 60, running.workers[0]);
});

testAsRoot("a MAC address that another node announces leaves a node that is away", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector, workers: [w1, w2] }, running } = pods;
  await readWhole(w1);
  await running.workers[1].end("KILL");
  await killFrr(w2);
  await awaitRoutes(w1, false);
  await using w3 = await startNode("w3");
  await plug(reflector, w3, workerAddress(2));
  await using manager = await Manager.start(w3, ["worker"], workerEnv(2));
  await manager.ready();
  await addPod(w3, PC2, "10.0.0.2");
  await addPod(w3, pod("pc3", "02:00:00:00:00:03"), "10.0.0.3");
  assert.ok(await canReach(w3, PC2, "10.0.0.3"));
  await eventually(
    async () => {
      const entries = (await readRemote(w1)).filter((line) => line.startsWith(PC2.mac));
      return entries.some((line) => line.includes(workerAddress(2)));
    },
    20,
    async () => `there is ${await readRemote(w1)}`,
  );
  await eventually(() => canReach(w1, PC1, "10.0.0.2"), 20, "the new node's pod is not reached");
});

testAsRoot("a connection that speaks another version is told of until it ends", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  const clients = ["vtysh", "-c", "show zebra client summary"];
  // Before that, bgpd would look for zebra where the script hides it.
  await eventually(
    async () => /^bgp /m.test((await node.run(clients)).stdout),
    30,
    async () => describe(await node.run(clients)),
  );
  const talk = converse({
    argv: [...node.enter, "python3", "-c", bgpds, `${NODES_LAN.vni}`, W2],
    timeoutMs: 120_000,
  });
  const steps = [];
  for (let count = 0; count < 4; count++) steps.push(await talk?.readLine("stdout"));
  const why = "! zebra and bgpd speak another version of their protocol";
  const failed = steps.includes(undefined) ? await talk?.readLine("stderr") : undefined;
  assert.deepEqual(steps, [W2, W2, why, why], failed);
  await manager.logged(/warn FRR's relay holds nothing back, .*: zebra and bgpd speak another /);
  await talk?.end();
  await manager.logged(/info FRR's relay keeps the entries of nodes that are away again/);
});

testAsRoot("a relay that cannot start is not started without a pause", async () => {
  await using node = await startNode("w1");
  await node.must("env", "NODE_IP=10.99.0.11", `CNI_BIN_DIR=${CNI_BIN_DIR}`, MANAGER, "install");
  // Each start is told by the seconds since the machine started.
  const stdin = "#!/bin/sh\nread -r up _ </proc/uptime\necho $up >>/run/starts\nexit 1\n";
  await node.run(["sh", "-c", "cat >/etc/frr/megalos-relay"], { stdin });
  await startFrrContainer(node);
  const starts = await eventually(
    async () => {
      const { stdout } = await node.run(["cat", "/run/starts"]);
      const all = stdout.trim().split("\n").map(Number);
      return all.length >= 4 && all;
    },
    30,
    "it is not started four times",
  );
  const pauses = starts.slice(1).map((at, before) => at - starts[before]!);
  assert.ok(pauses.every((pause) => pause > 0.9), `${starts}`);
});

testAsRoot("a relay that cannot read FRR's library says so", async () => {
  await using node = await startNode("w1");
  await node.must("env", "NODE_IP=10.99.0.11", `CNI_BIN_DIR=${CNI_BIN_DIR}`, MANAGER, "install");
  await node.must("sh", "-c", HIDE_LIBRARY);
  await node.must("install", "-d", "/var/run/frr");
  const start = "exec /etc/frr/megalos-relay </dev/null >/dev/null 2>&1";
  await node.must("setsid", "--fork", "sh", "-c", start);
  const read = async () => (await node.run(["cat", "/var/run/frr/away"])).stdout;
  await eventually(async () => /^! .*libfrr.*file too short\n$/.test(await read()), 20, read);
});
