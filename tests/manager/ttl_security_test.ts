// A reflector that counts hops takes no session from farther away, where FRR enforces that.
import assert from "node:assert/strict";
import { plug, REFLECTOR_ADDRESS, startCluster, startNode } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { readFrrVersion } from "../fixture/frr.ts";
import { Manager, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { Speaker } from "../fixture/speaker.ts";

/** Packets that have passed one router have a TTL of 254. */
const NEAR = { MEGALOS_BGP_TTL_SECURITY: "2" };

const { version, isAtLeast } = await readFrrVersion();
/** Whether this machine's FRR counts hops. */
const counts = isAtLeast(10, 3);

testAsRoot(
  "a packet that could have come from farther away brings no session",
  async () => {
    await using cluster = await startCluster();
    const { reflector, workers: [worker] } = cluster;
    await using hub = await Manager.start(reflector, ["route-reflector"], {
      ...REFLECTOR_ENV,
      ...NEAR,
    });
    await hub.ready();
    const established = async () =>
      ((await readStatus(reflector)).sessions as { peer: string; state: string }[])
        .filter(({ state }) => state === "Established").map(({ peer }) => peer);
    await using strangers = new AsyncDisposableStack();
    const call = async (ttl: number) => {
      const [node, address] = [strangers.use(await startNode(`ttl${ttl}`)), `10.99.0.${ttl}`];
      await plug(reflector, node, address);
      await node.must("sh", "-c", `echo ${ttl} >/proc/sys/net/ipv4/ip_default_ttl`);
      const speaker = await Speaker.start(node, REFLECTOR_ADDRESS, address);
      if (speaker !== undefined) strangers.use(speaker);
    };
    // FRR looks at the TTL from its accept on. So it may hear the first message of such a caller,
    // and answer it, but never the second one.
    await Promise.all([call(64), call(253)]);
    await call(254);
    await eventually(
      async () => (await established()).length > 0,
      20,
      "the nearest has no session",
    );
    assert.deepEqual(await established(), ["10.99.0.254"]);
    // A worker sends 255 by itself, and counts, too.
    await using manager = await Manager.start(worker, ["worker"], { ...workerEnv(0), ...NEAR });
    await manager.ready();
    await eventually(
      async () => (await readStatus(worker)).sessions[0]?.state === "Established",
      20,
      "the worker has no session",
    );
  },
  counts ? "" : `FRR ${version} does not count them`,
);

testAsRoot(
  "an FRR that does not count hops is refused before it is configured",
  async () => {
    await using cluster = await startCluster();
    const { reflector, workers: [worker] } = cluster;
    for (
      const [node, role, env] of [
        [reflector, "route-reflector", REFLECTOR_ENV],
        [worker, "worker", workerEnv(0)],
      ] as const
    ) {
      await using manager = await Manager.start(node, [role], { ...env, ...NEAR });
      const ended = await manager.ended();
      assert.equal(ended.code, 1);
      const why =
        `error Cannot use MEGALOS_BGP_TTL_SECURITY: FRR is ${version}, which takes packets from any`;
      assert.ok(manager.log.includes(why), manager.log);
      const { stdout } = await node.run(["ls", "/etc/frr"]);
      assert.ok(!stdout.includes("frr.conf"), stdout);
    }
  },
  counts ? `FRR ${version} counts them` : "",
);
