// A reflector that counts hops takes no session from farther away, where FRR enforces that.
import assert from "node:assert/strict";
import { run } from "../../shared/process/exec.ts";
import { requireTtlSecurity } from "../../manager/frr/ttl_security.ts";
import { plug, REFLECTOR_ADDRESS, startCluster, startNode } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { Manager, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { Speaker } from "../fixture/speaker.ts";

const ADJACENT = { MEGALOS_BGP_TTL_SECURITY: "1" };
const STRANGER = "10.99.0.66";

/** Why this machine's FRR does not count hops. */
const why = await requireTtlSecurity(run).then(() => "", ({ message }: Error) => message);

testAsRoot(
  "a packet that could have come from farther away brings no session",
  async () => {
    await using cluster = await startCluster();
    const { reflector, workers: [worker] } = cluster;
    await using stranger = await startNode("stranger");
    await plug(reflector, stranger, STRANGER);
    await using hub = await Manager.start(reflector, ["route-reflector"], {
      ...REFLECTOR_ENV,
      ...ADJACENT,
    });
    await hub.ready();
    const speak = () => Speaker.start(stranger, REFLECTOR_ADDRESS, STRANGER);
    const setTtl = (ttl: number) =>
      stranger.must("sh", "-c", `echo ${ttl} >/proc/sys/net/ipv4/ip_default_ttl`);
    for (const ttl of [64, 254]) {
      await setTtl(ttl);
      await using speaker = await speak();
      assert.equal(speaker, undefined, `a session with TTL ${ttl}`);
    }
    await setTtl(255);
    await using speaker = await speak();
    assert.ok(speaker !== undefined, "no session with TTL 255");
    // A worker sends 255 by itself, and counts, too.
    await using manager = await Manager.start(worker, ["worker"], { ...workerEnv(0), ...ADJACENT });
    await manager.ready();
    await eventually(
      async () => (await readStatus(worker)).sessions[0]?.state === "Established",
      20,
      "the worker has no session",
    );
  },
  why,
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
      await using manager = await Manager.start(node, [role], { ...env, ...ADJACENT });
      const ended = await manager.ended();
      assert.equal(ended.code, 1);
      assert.ok(manager.log.includes(why), manager.log);
      assert.match(
        why,
        /^Cannot use MEGALOS_BGP_TTL_SECURITY: FRR is \S+, which takes packets/,
      );
      const { stdout } = await node.run(["ls", "/etc/frr"]);
      assert.ok(!stdout.includes("frr.conf"), stdout);
    }
  },
  why === "" ? "this FRR counts them" : "",
);
