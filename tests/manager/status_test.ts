// What people are told of a node: by `manager status` in good and bad days, and by the log.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { startCluster, startNode, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids } from "../fixture/frr.ts";
import { MANAGER, Manager, readStatus, runManagers } from "../fixture/manager.ts";
import { addPod, addSandbox, call, NET1, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { countsOf, startResidentNode } from "../fixture/resident_node.ts";
import { PC1, startTwoPods } from "../fixture/two_pods.ts";

testAsRoot("a machine without a manager says so, and ends with 1", async () => {
  await using node = await startNode("bare");
  const text = await node.run([MANAGER, "status"]);
  assert.equal(text.code, 1, describe(text));
  assert.match(text.stdout, /^no manager: no manager has prepared this machine/);
  assert.equal((await readStatus(node)).role, null);
});

testAsRoot(
  "a reflector shows its routes; in a cut a worker shows what the kernel keeps",
  async () => {
    await using pods = await startTwoPods();
    const { cluster: { reflector, workers: [w1] }, running } = pods;
    const [manager, other] = running.workers;
    let routes = "";
    await eventually(
      async () => {
        const status = await reflector.must(MANAGER, "status");
        return /^10 +2 +10\.99\.0\.11, 10\.99\.0\.12$/m.test(routes = status);
      },
      10,
      () => routes,
    );
    assert.match(routes, /^10\.99\.0\.12 +w2 +Established +\d+ s /m);

    // The log tells that a worker is lost, and that it is back.
    await running.reflector.logged(/info BGP session with w2 \(10\.99\.0\.12\) is up$/m);
    await other.node.must("ip", "link", "set", "dev", "eth0", "down");
    await running.reflector.logged(/warn BGP session with w2 \(10\.99\.0\.12\) is down \(gone\)$/m);
    await other.node.must("ip", "link", "set", "dev", "eth0", "up");
    await running.reflector.logged(
      /is down \(gone\)\n[^]*session with w2 \(10\.99\.0\.12\) is up$/m,
    );

    await running.reflector.end("KILL");
    await reflector.must("kill", "-KILL", ...Object.values(await frrPids(reflector)));
    await manager.logged(/warn node 10\.99\.0\.12 is away: frames still go to its pods$/m);
    await manager.logged(/warn BGP session with rr \(10\.99\.0\.1\) is down \(\w+\)$/m);
    const { ready, lans, macs } = await readStatus(w1);
    assert.equal(ready, false);
    assert.deepEqual([lans[0].remoteVteps, lans[0].keptVteps], [[], [workerAddress(1)]]);
    assert.deepEqual(macs.map(({ type }: { type: string }) => type), ["local", "kept"]);
    const { code, stdout } = await w1.run([MANAGER, "status"]);
    assert.equal(code, 1);
    assert.match(stdout, /^worker: not ready \(no BGP session is Established\)$/m);
    assert.match(stdout, /^net1-ntwork +10 +1450 +lab\/pc1 net0 +10\.99\.0\.12 \(kept\)$/m);
    assert.match(stdout, /^02:00:00:00:00:01 +10 +local +lab\/pc1 net0$/m);
    assert.match(stdout, /^02:00:00:00:00:02 +10 +kept +10\.99\.0\.12$/m);
  },
);

testAsRoot("of a bgpd that hangs it is said that it does not answer, and no more", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector, workers: [w1] }, running } = pods;
  const [manager] = running.workers;
  const hung = [w1, reflector];
  const pids = new Map<string, string>();
  for (const node of hung) pids.set(node.name, (await frrPids(node)).bgpd!);
  for (const node of hung) await node.must("kill", "-STOP", pids.get(node.name)!);
  const silence = /warn Cannot ask FRR how it is: .*`vtysh .* was killed after \d+ ms$/m;
  await manager.logged(silence);
  await manager.logged(/warn not ready: FRR does not answer$/m);

  const asked = [readStatus(w1), reflector.run([MANAGER, "status"])] as const;
  const [worker, { code, stdout }] = await Promise.all(asked);
  assert.deepEqual([worker.ready, worker.reasons], [false, ["FRR does not answer"]]);
  assert.match(
    worker.troubles.join("; "),
    /^Cannot ask FRR: `vtysh [^;]* was killed after \d+ ms$/,
  );
  assert.deepEqual([worker.macs, worker.lans[0].remoteVteps], [undefined, undefined]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^route-reflector: not ready \(FRR does not answer\)\nFRR: does not answer\nCannot ask FRR: .*\n$/,
  );

  assert.doesNotMatch(manager.log, /is down|forwarding entries kept/);
  for (const node of hung) await node.must("kill", "-CONT", pids.get(node.name)!);
  await manager.logged(/info works again: ask FRR how it is$/m);
  await manager.ready();
});

testAsRoot(
  "a failed ADD is logged with its pod, code and message; debug logs each call",
  async () => {
    await using worker = await startResidentNode({ settings: { MEGALOS_LOG_LEVEL: "debug" } });
    const { node, manager } = worker;
    await addPod(node, PC1);
    await manager.logged(/debug ADD of lab\/pc1 net0 on net1: done in \d+\.\d ms$/m);
    // What the manager's first look finds may have been there for long.
    await eventually(
      async () => (await countsOf(node, "ADD")).answered === 1,
      10,
      "the manager has not looked yet",
    );
    await addPod(node, pod("pc3", "02:00:00:00:00:03", { ...NET1, name: "net3", vxlanId: 13 }));
    await manager.logged(/debug LAN net3-ntwork \(VNI 13\) made$/m);
    const wrong = pod("wrong", "02:00:00:00:00:09", { ...NET1, vxlanId: 11 });
    await addSandbox(node, wrong);
    const refused = await call(node, "ADD", wrong);
    assert.notEqual(refused.reason, "success", refused.stdout);
    const { code, msg } = JSON.parse(refused.stdout);
    await manager.logged(/warn ADD of lab\/wrong net0 on net1 failed: /);
    const [line = ""] = /^.* ADD of lab\/wrong .*$/m.exec(manager.log) ?? [];
    assert.ok(line.includes(`failed: ${msg}`) && line.includes(`[code ${code}, `), line);
  },
);

testAsRoot("with MEGALOS_LOG=json each line of the log is an object", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster, { MEGALOS_LOG: "json" });
  const [manager] = running.workers;
  await manager.logged(/"kind":"session-up"/);
  await manager.end("TERM");
  const lines = manager.log.trimEnd().split("\n").map((line) => JSON.parse(line));
  for (const { time, level, msg, kind } of lines) {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(level, /^(info|warn)$/);
    assert.ok(typeof msg === "string" && typeof kind === "string");
  }
  const session = lines.find(({ kind }) => kind === "session-up");
  assert.deepEqual([session.peer, session.hostname], ["10.99.0.1", "rr"]);
  assert.equal(lines.at(-1).kind, "manager-stopped");
});

testAsRoot("a program that cannot go on logs why, in the format that was asked for", async () => {
  await using node = await startNode("w1");
  const env = { NODE_IP: "10.99.0.11", KATHARA_MASTER_SERVICE_HOST: "10.99.0.1" };
  await using manager = await Manager.start(node, ["worker", "--log", "json"], env);
  const ended = await manager.ended();
  assert.equal(ended.code, 1);
  const { level, kind, msg } = JSON.parse(manager.log.trimEnd().split("\n").at(-1)!);
  assert.deepEqual([level, kind], ["error", "manager-failed"]);
  assert.match(msg, /^Cannot /);
});
