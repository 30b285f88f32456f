// Several reflectors, reflectors known by name, and sessions with a password.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import {
  type Cluster,
  type Node,
  REFLECTOR_ADDRESS,
  startCluster,
  workerAddress,
} from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { Manager, probe, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";

const OTHER_ADDRESS = workerAddress(1);
const ABSENT_ADDRESS = "10.99.0.77";

/**
 * Starts a worker, the cluster's reflector, and the second worker as a reflector, too, all with one
 * environment.
 */
async function startThree(cluster: Cluster, env: Record<string, string>, worker = {}) {
  const { reflector, workers: [node, other] } = cluster;
  const managers = new AsyncDisposableStack();
  const start = async (...args: Parameters<typeof Manager.start>) =>
    managers.use(await Manager.start(...args));
  await start(reflector, ["route-reflector"], { ...REFLECTOR_ENV, ...env });
  await start(other, ["route-reflector"], { ...REFLECTOR_ENV, NODE_IP: OTHER_ADDRESS, ...env });
  return {
    node,
    manager: await start(node, ["worker"], { ...workerEnv(0), ...env, ...worker }),
    [Symbol.asyncDispose]: () => managers.disposeAsync(),
  };
}

/** Waits until the node has just these sessions Established, and no others. */
async function awaitSessions(node: Node, peers: readonly string[]): Promise<void> {
  let seen = "";
  await eventually(
    async () => {
      const status = await readStatus(node);
      const sessions: { peer: string; state: string }[] = status.sessions;
      seen = sessions.map(({ peer, state }) => `${peer} ${state}`).sort().join(", ");
      return seen === peers.map((peer) => `${peer} Established`).sort().join(", ");
    },
    30,
    () => `sessions are ${seen}`,
  );
}

testAsRoot("a worker is in session with all its reflectors", async () => {
  await using cluster = await startCluster();
  const list = `${REFLECTOR_ADDRESS}, ${OTHER_ADDRESS}`;
  await using three = await startThree(cluster, { MEGALOS_ROUTE_REFLECTORS: list });
  await awaitSessions(three.node, [REFLECTOR_ADDRESS, OTHER_ADDRESS]);
});

testAsRoot(
  "a reflector's name is followed, and what it was last stays when it is not found",
  async () => {
    await using cluster = await startCluster();
    const [node] = cluster.workers;
    const name = async (address: string) => {
      await node.must("sh", "-c", `echo "$1 rr.test" >/run/hosts`, "sh", address);
    };
    await name(REFLECTOR_ADDRESS);
    await node.must("mount", "--bind", "/run/hosts", "/etc/hosts");
    await using three = await startThree(cluster, { MEGALOS_ROUTE_REFLECTORS: "rr.test" });
    await awaitSessions(node, [REFLECTOR_ADDRESS]);
    await name(OTHER_ADDRESS);
    await awaitSessions(node, [OTHER_ADDRESS]);
    // The session may be there before frr-reload.py has ended.
    await three.manager.logged(/FRR runs it: [^]*FRR runs it: /);
    // A session is told at the look after it came up.
    await three.manager.logged(new RegExp(`session with .*${OTHER_ADDRESS}.* is up`));
    await three.manager.logged(new RegExp(`session with .*${REFLECTOR_ADDRESS}.* is down`));
    await node.must("sh", "-c", ": >/run/hosts");
    const told = three.manager.log.length;
    await node.must("sleep", "3");
    assert.equal(three.manager.log.slice(told), "");
    await awaitSessions(node, [OTHER_ADDRESS]);
  },
);

testAsRoot(
  "an address stands in for a name until it is found, but not with a password",
  async () => {
    await using cluster = await startCluster();
    const { workers: [node] } = cluster;
    await node.must("sh", "-c", ": >/run/hosts");
    await node.must("mount", "--bind", "/run/hosts", "/etc/hosts");
    const list = `rr.test/${REFLECTOR_ADDRESS}`;
    await using three = await startThree(cluster, { MEGALOS_ROUTE_REFLECTORS: list });
    await awaitSessions(node, [REFLECTOR_ADDRESS]);
    await node.must("sh", "-c", `echo ${OTHER_ADDRESS} rr.test >/run/hosts`);
    await awaitSessions(node, [OTHER_ADDRESS]);
    await three.manager.end("TERM");

    await node.must("sh", "-c", ": >/run/hosts");
    const env = { ...workerEnv(0), MEGALOS_ROUTE_REFLECTORS: list, MEGALOS_BGP_PASSWORD: "s3cret" };
    await using manager = await Manager.start(node, ["worker"], env);
    await manager.logged(/the reflector rr\.test is not found/);
    await awaitSessions(node, []);
  },
);

testAsRoot("sessions have a password: a worker that does not know it stays out", async () => {
  await using cluster = await startCluster();
  const list = `${REFLECTOR_ADDRESS},${OTHER_ADDRESS}`;
  const env = { MEGALOS_ROUTE_REFLECTORS: list, MEGALOS_BGP_PASSWORD: "s3cret!" };
  await using three = await startThree(cluster, env);
  await awaitSessions(three.node, [REFLECTOR_ADDRESS, OTHER_ADDRESS]);
  await three.manager.end("TERM");
  const wrong = { ...workerEnv(0), ...env, MEGALOS_BGP_PASSWORD: "other" };
  await using manager = await Manager.start(three.node, ["worker"], wrong);
  await eventually(
    async () => /no BGP session is Established/.test(await probe(three.node, "/readyz")),
    20,
    "the worker with the wrong password is in session",
  );
  // The worker tries three more times meanwhile.
  await three.node.must("sleep", "3");
  assert.match(await probe(three.node, "/readyz"), /^503 .*no BGP session is Established/);
  await manager.end("TERM");
  await using right = await Manager.start(three.node, ["worker"], { ...workerEnv(0), ...env });
  await right.ready();
});

testAsRoot("what waits for a reflector that nobody answers for is not dropped", async () => {
  await using cluster = await startCluster();
  const { reflector, workers: [node] } = cluster;
  const env = { ...workerEnv(0), KATHARA_MASTER_SERVICE_HOST: ABSENT_ADDRESS };
  await using manager = await Manager.start(node, ["worker"], env);
  await manager.logged(/calls are answered here/);
  await eventually(
    async () => (await readStatus(node)).sessions.length > 0,
    20,
    () => `the worker does not look for its reflector\n${manager.log}`,
  );
  // The kernel alone would give up after three seconds.
  const waiting = node.run(["ping", "-n", "-c1", "-W20", ABSENT_ADDRESS]);
  await node.must("sleep", "5");
  await reflector.must("ip", "address", "add", `${ABSENT_ADDRESS}/24`, "dev", "br0");
  const answered = await waiting;
  assert.equal(answered.reason, "success", describe(answered));
});
