// A changed BGP password is taken over while pods talk, and LANs go on.
import assert from "node:assert/strict";
import { type Node, REFLECTOR_ADDRESS, startCluster, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { Manager, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { addPod, canReach } from "../fixture/pod.ts";
import { countLost } from "../fixture/ping.ts";
import {
  FOLLOW,
  passwordOf,
  preparePasswordFile,
  writePassword,
} from "../fixture/password_file.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2 } from "../fixture/two_pods.ts";

const OTHER = workerAddress(1);

testAsRoot("a password is introduced, changed and removed while LANs go on", async () => {
  await using cluster = await startCluster();
  const { reflector, workers: [w1, w2] } = cluster;
  const nodes = [w1, w2, reflector];
  for (const node of nodes) await preparePasswordFile(node);
  await using managers = new AsyncDisposableStack();
  const delay = { MEGALOS_BGP_PASSWORD_DELAY: "6" };
  const env = { ...REFLECTOR_ENV, ...FOLLOW, ...delay };
  managers.use(await Manager.start(reflector, ["route-reflector"], env));
  for (const [index, node] of [w1, w2].entries()) {
    const worker = await Manager.start(node, ["worker"], { ...workerEnv(index), ...FOLLOW });
    managers.use(worker);
    await worker.ready();
  }
  await addPod(w1, PC1, "10.0.0.1");
  await addPod(w2, PC2, "10.0.0.2");
  await eventually(() => canReach(w1, PC1, "10.0.0.2"), 20, "no frame passes");
  for (const password of ["f1rst", "s3cond", undefined]) {
    const lost = await countLost(w1, PC1, "10.0.0.2", async () => {
      for (const node of nodes) {
        await writePassword(node, password);
        await node.must("sleep", "1");
      }
      await eventually(
        async () => {
          const passwords = await Promise.all(nodes.map(passwordOf));
          const { sessions } = await readStatus(reflector);
          const up = sessions.filter(({ state }: { state: string }) => state === "Established");
          return passwords.every((one) => one === password) && up.length === 2;
        },
        60,
        async () => `${await Promise.all(nodes.map(passwordOf))} instead of ${password}`,
      );
      // What EVPN does not know is swept ten seconds after a session has begun.
      await w1.must("sleep", "12");
    });
    // All sessions end at once. One frame may be on its way when the pinging ends.
    assert.ok(lost <= 1, `${lost} frames of 10 ms are lost with ${password}`);
  }
});

testAsRoot(
  "with two reflectors a worker changes its password when the second one has",
  async () => {
    await using cluster = await startCluster();
    const { reflector: first, workers: [worker, second] } = cluster;
    const nodes = [first, second, worker];
    for (const node of nodes) {
      await preparePasswordFile(node);
      await writePassword(node, "f1rst");
    }
    await using managers = new AsyncDisposableStack();
    const start = async (node: Node, role: string, env: Record<string, string>) =>
      managers.use(await Manager.start(node, [role], { ...env, ...FOLLOW }));
    const startReflector = (node: Node, NODE_IP: string, MEGALOS_BGP_PASSWORD_DELAY: string) =>
      start(node, "route-reflector", { ...REFLECTOR_ENV, NODE_IP, MEGALOS_BGP_PASSWORD_DELAY });
    const reflectors = [
      await startReflector(first, REFLECTOR_ADDRESS, "4"),
      await startReflector(second, OTHER, "30"),
    ];
    const both = `${REFLECTOR_ADDRESS},${OTHER}`;
    const manager = await start(worker, "worker", {
      ...workerEnv(0),
      MEGALOS_ROUTE_REFLECTORS: both,
    });
    const see = async (passwords: readonly string[], peers: readonly string[]) => {
      const seen = async () => {
        const { sessions } = await readStatus(worker);
        const up = sessions.filter(({ state }: { state: string }) => state === "Established");
        return [
          await Promise.all(nodes.map(passwordOf)),
          up.map(({ peer }: { peer: string }) => peer).sort(),
        ].join("; ");
      };
      const wanted = [passwords, peers].join("; ");
      await eventually(async () => await seen() === wanted, 60, async () => `${await seen()}`);
    };
    await see(["f1rst", "f1rst", "f1rst"], [REFLECTOR_ADDRESS, OTHER]);
    for (const node of nodes) await writePassword(node, "s3cond");
    await see(["s3cond", "f1rst", "f1rst"], [OTHER]);
    await see(["s3cond", "s3cond", "s3cond"], [REFLECTOR_ADDRESS, OTHER]);
    const changes = [...reflectors, manager].map(({ log }) =>
      /^(\S+) info another BGP password is used$/m.exec(log)?.[1] ?? "never"
    );
    assert.deepEqual(changes, changes.toSorted(), "the worker is the last one");
  },
);
