// A manager ends, starts again or gets other settings, or FRR dies: what stays, and what is mended.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { type Node, startCluster } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids, startFrrContainer } from "../fixture/frr.ts";
import { Manager, REFLECTOR_ENV, runManagers, workerEnv } from "../fixture/manager.ts";
import { canReach } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";
import { LANS } from "../fixture/bare_node.ts";

const OTHER_REFLECTOR = "10.99.0.2";

testAsRoot(
  "a manager that is killed and started again finds FRR at work and touches nothing",
  async () => {
    await using pods = await startTwoPods();
    const { cluster, running } = pods;
    const [w1] = cluster.workers;
    const [pids, peers] = [await frrPids(w1), await readPeers(w1)];
    assert.deepEqual(Object.keys(pids).toSorted(), ["bgpd", "staticd", "watchfrr", "zebra"]);

    const killed = await running.workers[0].end("KILL");
    assert.equal(killed.code, 128 + 9, describe(killed));
    assert.ok(await canReach(w1, PC1, "10.0.0.2"), "frames pass without a manager");
    await using again = await Manager.start(w1, ["worker"], workerEnv(0));
    await again.ready();
    await again.logged(/LAN namespace \S+: verified/);
    await again.logged(/plugin in \S+: unchanged, launcher unchanged/);
    await again.logged(/FRR's configuration: unchanged/);
    await again.logged(/FRR runs it: unchanged/);
    await again.logged(/facts for the plugin: unchanged/);
    assert.doesNotMatch(again.log, /FRR started/);
    assert.deepEqual(await frrPids(w1), pids);
    assert.deepEqual(await readPeers(w1), peers, "the session went on");

    const stopped = await again.end("TERM");
    assert.equal(stopped.code, 0, describe(stopped));
    assert.match(again.log, /manager stopped; LANs and FRR go on/);
    assert.deepEqual(await frrPids(w1), pids);
    assert.ok(await canReach(w1, PC1, "10.0.0.2"), "LANs stay");
  },
);

testAsRoot("SIGTERM ends a manager that waits for FRR", async () => {
  await using cluster = await startCluster();
  const [node] = cluster.workers;
  await using manager = await Manager.start(node, ["worker", "--frr=wait"], workerEnv(0));
  await manager.logged(/waiting for FRR's daemons/);
  const stopped = await manager.end("TERM");
  assert.equal(stopped.code, 0, describe(stopped));
});

testAsRoot("a manager that cannot run on its node ends with 1 and says why", async () => {
  await using cluster = await startCluster();
  const [node] = cluster.workers;
  const elsewhere = { ...workerEnv(0), NODE_IP: "10.99.0.200" };
  await using homeless = await Manager.start(node, ["worker"], elsewhere);
  assert.equal((await homeless.ended()).code, 1);
  assert.match(homeless.log, /error Cannot use the VTEP address 10\.99\.0\.200: .*\n$/);
  await using detached = await Manager.start(node, ["worker", "--underlay=wg9"], workerEnv(0));
  assert.equal((await detached.ended()).code, 1);
  assert.match(detached.log, /error Cannot use the underlay device wg9: it is not an interface /);

  await using first = await Manager.start(node, ["worker", "--frr=wait"], workerEnv(0));
  await first.logged(/waiting for FRR's daemons/);
  await using second = await Manager.start(node, ["worker", "--frr=wait"], workerEnv(0));
  assert.equal((await second.ended()).code, 1);
  assert.match(second.log, /Cannot serve HTTP on port 9470: Address already in use/);
});

testAsRoot("other settings are applied by a restart of the manager, not of FRR", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster);
  const { reflector, workers: [w1] } = cluster;
  await reflector.must("ip", "address", "add", `${OTHER_REFLECTOR}/24`, "dev", "br0");
  const pids = [await frrPids(reflector), await frrPids(w1)];
  await Promise.all([running.reflector.end("TERM"), running.workers[0].end("TERM")]);

  const other = { BGP_AS: "65001" };
  await using _reflector = await Manager.start(reflector, ["route-reflector"], {
    ...REFLECTOR_ENV,
    ...other,
  });
  await using worker = await Manager.start(w1, ["worker"], {
    ...workerEnv(0),
    ...other,
    KATHARA_MASTER_SERVICE_HOST: OTHER_REFLECTOR,
  });
  await worker.logged(/FRR runs it: applied/);
  await worker.ready();
  await eventually(
    async () => {
      const { as, sessions: [[peer, state] = [], ...others] } = await readPeers(w1);
      return as === 65001 && peer === OTHER_REFLECTOR && state === "Established" &&
        others.length === 0;
    },
    10,
    async () => `the peers are ${JSON.stringify(await readPeers(w1))}`,
  );
  assert.deepEqual([await frrPids(reflector), await frrPids(w1)], pids);
  const config = await w1.must("vtysh", "-c", "show running-config");
  assert.doesNotMatch(config, /\b(65000|10\.99\.0\.1)\b/);
});

testAsRoot(
  "zebra comes back after its end; what EVPN does not know is swept when it has spoken",
  async () => {
    await using pods = await startTwoPods();
    const [w1] = pods.cluster.workers;
    await addStale(w1);
    const staying = (await readFdb(w1)).filter((line) => !/10\.99\.0|extern_learn/.test(line));
    const before = await frrPids(w1);
    await w1.must("kill", "-KILL", before.zebra!);
    await eventually(
      async () => {
        const { zebra, watchfrr } = await frrPids(w1);
        return zebra !== undefined && zebra !== before.zebra && watchfrr === before.watchfrr;
      },
      15,
      "zebra has not come back under the same watchfrr",
    );
    assert.equal((await readStale(w1)).length, 3, "they carry traffic until then");
    await eventually(
      async () => (await readStale(w1)).length === 0,
      30,
      async () => `there is ${(await readStale(w1)).join(" and ")}`,
    );
    await eventually(
      async () => (await readFdb(w1)).some((line) => line.startsWith(`${PC2.mac} `)),
      10,
      "EVPN's own entries are not back",
    );
    const entries = await readFdb(w1);
    assert.deepEqual(staying.filter((line) => !entries.includes(line)), []);
    assert.ok(staying.some((line) => line.startsWith(`${PC1.mac} `)), `${staying}`);
    await eventually(() => canReach(w1, PC1, "10.0.0.2"), 10, "no frame passes any more");
  },
);

testAsRoot(
  "a watchfrr that ends is started again by the manager that started it, its daemons going on",
  async () => {
    await using cluster = await startCluster();
    const [node] = cluster.workers;
    await using manager = await Manager.start(node, ["worker"], workerEnv(0));
    await manager.logged(/facts for the plugin/);
    const { watchfrr, ...daemons } = await frrPids(node);
    await node.must("kill", "-KILL", watchfrr!);
    await eventually(
      async () => ![undefined, watchfrr].includes((await frrPids(node)).watchfrr),
      10,
      "watchfrr has not come back",
    );
    const { watchfrr: _watchfrr, ...others } = await frrPids(node);
    assert.deepEqual(others, daemons);
    const locks = await node.must("sh", "-c", "stat -c '%n %a' /run/frr/*.lock");
    assert.match(locks, /relay\.lock/);
    assert.deepEqual(locks.trimEnd().split("\n").filter((line) => !/ 6[04]0$/.test(line)), []);
  },
);

const MAKE_BGPD_SLOW = `
printf '#!/bin/sh\\necho started >>/run/starts\\nsleep 3\\nexec "$@"\\n' >/run/slowly
chmod 755 /run/slowly
echo 'bgpd_wrap="/run/slowly"' >>/etc/frr/daemons`;

testAsRoot("a bgpd that starts slowly is not started twice", async () => {
  await using cluster = await startCluster();
  const [node] = cluster.workers;
  await using manager = await Manager.start(node, ["worker", "--frr=wait"], workerEnv(0));
  await manager.logged(/waiting for FRR's daemons/);
  await node.must("sh", "-c", MAKE_BGPD_SLOW);
  await startFrrContainer(node);
  await manager.logged(/facts for the plugin/);
  assert.equal(await node.must("cat", "/run/starts"), "started\n");
});

testAsRoot("a bgpd that was told a configuration's begin and not its end is told", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster);
  const [w1] = cluster.workers;
  // A vtysh that is killed leaves bgpd so. By itself bgpd would start no session for ten minutes.
  const unfinished = [
    ...["configure terminal", "XFRR_start_configuration", "router bgp 65000"],
    "no neighbor 10.99.0.1 peer-group reflectors",
    "neighbor 10.99.0.1 peer-group reflectors",
    "neighbor 10.99.0.1 update-source 10.99.0.11",
  ];
  await w1.must("vtysh", ...unfinished.flatMap((line) => ["-c", line]));
  const seen = async () => `the peers are ${JSON.stringify(await readPeers(w1))}`;
  const areAll = async (state: string) =>
    (await readPeers(w1)).sessions.every(([, found]) => found === state);
  await eventually(() => areAll("Idle"), 10, seen);
  await eventually(() => areAll("Established"), 60, seen);
  await running.workers[0].logged(
    /bgpd has tried no session for (1[5-9]|[2-9]\d) s; it was given its configuration again/,
  );
});

/**
 * Adds entries of a zebra that is no more: those of a node that left, for flooding and for a MAC
 * address, in the VXLAN device and in the bridge.
 */
async function addStale(node: Node): Promise<void> {
  const device = ["dev", "net1-ntwork"];
  for (
    const args of [
      ["append", "00:00:00:00:00:00", ...device, "dst", "10.99.0.77", "self", "permanent"],
      ["append", "02:00:00:00:00:77", ...device, "dst", "10.99.0.77", "self", "extern_learn"],
      ["add", "02:00:00:00:00:77", ...device, "master", "extern_learn"],
    ]
  ) await inLans(node, "bridge", "fdb", ...args);
  assert.equal((await readStale(node)).length, 3);
}

/** The stale entries that are still there. */
async function readStale(node: Node): Promise<string[]> {
  return (await readFdb(node)).filter((line) => /10\.99\.0\.77|02:00:00:00:00:77/.test(line));
}

async function readFdb(node: Node): Promise<string[]> {
  return (await inLans(node, "bridge", "fdb", "show")).trimEnd().split("\n").toSorted();
}

function inLans(node: Node, ...argv: string[]): Promise<string> {
  return node.must("nsenter", `--net=${LANS}`, ...argv);
}

/** Each session's peer, state, and how often it has been established in the life of this bgpd. */
async function readPeers(node: Node) {
  const { as, peers } = JSON.parse(
    await node.must("vtysh", "-c", "show bgp l2vpn evpn summary json"),
  );
  const sessions = Object.entries<{ state: string; connectionsEstablished: number }>(peers);
  return {
    as,
    sessions: sessions.map((
      [peer, { state, connectionsEstablished }],
    ) => [peer, state, connectionsEstablished]),
  };
}
