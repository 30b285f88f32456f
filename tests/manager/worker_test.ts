// The manager on two workers and a reflector, with FRR: what pods, people and probes see of it.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { REFLECTOR_ADDRESS, startCluster, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids, startFrrContainer } from "../fixture/frr.ts";
import {
  CNI_BIN_DIR,
  MANAGER,
  Manager,
  NOT_SERVED,
  probe,
  readStatus,
  REFLECTOR_ENV,
  runManagers,
  workerEnv,
} from "../fixture/manager.ts";
import { addPod, call, canReach, inPod, NET1, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";
import { LANS } from "../fixture/bare_node.ts";

testAsRoot(
  "pods on two workers are on one LAN, and status shows sessions, LANs and MACs",
  async () => {
    await using pods = await startTwoPods();
    const { cluster } = pods;
    const [w1] = cluster.workers;

    let seen = "";
    const { sessions, lans, ...others } = await eventually(
      async () => {
        const status = JSON.parse(seen = await w1.must(MANAGER, "status", "--json"));
        return status.macs.length === 2 && status.vtepFilter?.nodes === 2 && status;
      },
      10,
      () => `not both MAC addresses are known, or not both nodes let through: ${seen}`,
    );
    assert.equal(sessions.length, 1);
    assert.deepEqual([sessions[0].peer, sessions[0].state], [REFLECTOR_ADDRESS, "Established"]);
    assert.deepEqual(lans, [{
      name: NET1.name,
      suffix: NET1.suffix,
      vni: NET1.vxlanId,
      mtu: 1450,
      bridge: "kt-net1-ntwork",
      ports: ["lab/pc1 net0"],
      devices: [{ port: others.macs[0].behind, pod: "lab/pc1 net0", mac: PC1.mac }],
      remoteVteps: [workerAddress(1)],
      keptVteps: [],
    }]);
    const [{ behind: port }] = others.macs;
    assert.match(port, /^mg[a-z2-7]{13}$/);
    assert.equal(others.calls.ADD?.fallenBack ?? 0, 0);
    assert.equal(others.vtepFilter.nodes, 2);
    const unlike = { calls: undefined, vtepFilter: undefined };
    assert.deepEqual({ ...others, ...unlike, daemons: others.daemons.includes("zebra") }, {
      role: "worker",
      ready: true,
      reasons: [],
      ...unlike,
      limits: [],
      refused: [],
      troubles: [],
      swept: { mended: 0, emptied: 0, strays: 0, entriesKept: 0, entriesRemoved: 0 },
      daemons: true,
      macs: [
        { vni: 10, mac: PC1.mac, type: "local", behind: port, pod: "lab/pc1 net0" },
        { vni: 10, mac: PC2.mac, type: "remote", behind: workerAddress(1) },
      ],
    });
    const text = await w1.must(MANAGER, "status");
    assert.match(text, /^worker: ready$/m);
    assert.match(text, /^10\.99\.0\.1 +Established +\d+ s +3 +3$/m);
    assert.match(text, /^net1-ntwork +10 +1450 +lab\/pc1 net0 +10\.99\.0\.12$/m);
    assert.match(text, /^lab\/pc1 net0 +net1-ntwork +10 +02:00:00:00:00:01$/m);
    assert.match(text, /^02:00:00:00:00:02 +10 +remote +10\.99\.0\.12$/m);
    assert.match(await cluster.reflector.must(MANAGER, "status"), /^route-reflector: ready$/m);
  },
);

testAsRoot("the plugin is told the node's facts, in a file of root alone", async () => {
  await using cluster = await startCluster();
  const [node] = cluster.workers;
  await node.must("ip", "link", "set", "dev", "eth0", "mtu", "1400");
  await using manager = await Manager.start(node, ["worker", "--vxlan-port=4799"], workerEnv(0));
  await manager.logged(/facts for the plugin: updated/);
  const inode = Number(await node.must("stat", "-L", "--format=%i", "/proc/self/ns/net"));
  assert.deepEqual(JSON.parse(await node.must("cat", "/run/megalos/node.json")), {
    v: 1,
    vtep: workerAddress(0),
    mtu: 1400,
    port: 4799,
    nodeNetns: `net:[${inode}]`,
  });
  const modes = await node.must("stat", "--format=%a", "/run/megalos", "/run/megalos/node.json");
  assert.equal(modes, "700\n600\n");
  await addPod(node, PC1);
  assert.match(await inPod(node, PC1, "ip", "link", "show", "dev", "net0"), / mtu 1350 /);
});

testAsRoot("MEGALOS_UNDERLAY's device gives VTEP and MTU, whatever NODE_IP says", async () => {
  await using cluster = await startCluster();
  const { reflector, workers } = cluster;
  const inside = (outside: string) => outside.replace("10.99.", "10.98.");
  await reflector.must("ip", "address", "add", "10.98.0.1/24", "dev", "br0");
  for (const [index, node] of workers.entries()) {
    // deno-fmt-ignore
    await node.must("ip", "link", "add", "link", "eth0", "name", "up0", "mtu", "1400",
      "type", "macvlan", "mode", "bridge");
    await node.must("ip", "address", "add", `${inside(workerAddress(index))}/24`, "dev", "up0");
    await node.must("ip", "link", "set", "dev", "up0", "up");
  }
  await using running = await runManagers(cluster, { MEGALOS_UNDERLAY: "up0" });
  const [w1, w2] = workers;
  await addPod(w1, PC1, "10.0.0.1");
  await addPod(w2, PC2, "10.0.0.2");
  const [manager] = running.workers;
  await eventually(() => canReach(w1, PC1, "10.0.0.2"), 30, () => `no frame\n${manager.log}`);
  assert.match(await inPod(w1, PC1, "ip", "link", "show", "dev", "net0"), / mtu 1350 /);
  const { lans } = await readStatus(w1);
  assert.deepEqual(lans[0].remoteVteps, [inside(workerAddress(1))]);
  const env = { ...workerEnv(0), MEGALOS_UNDERLAY: "up0" };
  const rendered = await w1.run([MANAGER, "render", "worker"], { env });
  assert.match(rendered.stdout, /^ bgp router-id 10\.98\.0\.11$/m);
});

testAsRoot("readyz tells why a worker is not ready; healthz is another question", async () => {
  await using cluster = await startCluster();
  const [node] = cluster.workers;
  const answers = async (path: string, wanted: string) => {
    let seen = "";
    await eventually(
      async () => (seen = await probe(node, path)) === wanted,
      20,
      () => `${path} answers ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`,
    );
  };
  const noSession = "503 no BGP session is Established";

  await using worker = await Manager.start(node, ["worker", "--frr=wait"], workerEnv(0));
  await answers("/readyz", "503 FRR's daemons are not up\nno BGP session is Established");
  assert.equal(await probe(node, "/healthz"), "200 ok");
  await worker.logged(/waiting for FRR's daemons/);
  assert.deepEqual(await frrPids(node), {});

  await startFrrContainer(node);
  await worker.logged(/FRR runs it: /);
  await answers("/readyz", noSession);

  await using reflector = await Manager.start(
    cluster.reflector,
    ["route-reflector"],
    REFLECTOR_ENV,
  );
  await answers("/readyz", "200 ok");
  await reflector.ready();

  // First this ends those that would bring the others back.
  await reflector.end("KILL");
  const { watchfrr, ...daemons } = await frrPids(cluster.reflector);
  await cluster.reflector.must("kill", "-KILL", watchfrr!, ...Object.values(daemons));
  await answers("/readyz", noSession);
  assert.equal(await probe(node, "/healthz"), "200 ok");
  assert.equal(await probe(node, "/elsewhere"), NOT_SERVED);
  await worker.logged(/info ready\n[^]*warn not ready: no BGP session is Established\n/);
});

testAsRoot("an FRR that is started before its manager starts with its configuration", async () => {
  await using cluster = await startCluster();
  const [node] = cluster.workers;
  const installed = await node.run([MANAGER, "install"], { env: { CNI_BIN_DIR } });
  assert.equal(installed.reason, "success", describe(installed));
  await startFrrContainer(node);
  await using worker = await Manager.start(node, ["worker", "--frr=wait"], workerEnv(0));
  await worker.logged(/FRR runs it: unchanged/);
});

/** How a node may treat IPv6, and the addresses at which the kubelet may then ask. */
const FAMILIES: readonly [sysctl: string, addresses: readonly string[]][] = [
  ["net.ipv6.bindv6only=0", ["127.0.0.1", "::1"]],
  ["net.ipv6.bindv6only=1", ["127.0.0.1", "::1"]],
  ["net.ipv6.conf.all.disable_ipv6=1", ["127.0.0.1"]],
];

testAsRoot(
  "probes are answered in both address families, however the node treats IPv6",
  async () => {
    await using cluster = await startCluster();
    const [node] = cluster.workers;
    for (const [sysctl, addresses] of FAMILIES) {
      await node.must("sysctl", "-w", sysctl);
      await using manager = await Manager.start(node, ["worker", "--frr=wait"], workerEnv(0));
      await manager.logged(/waiting for FRR's daemons/);
      for (const address of addresses) {
        assert.equal(await probe(node, "/healthz", address), "200 ok", `${sysctl}: ${address}`);
      }
    }
  },
);

testAsRoot("the original's manifest runs: no command, the role from IS_CONTROL_PLANE", async () => {
  await using cluster = await startCluster();
  const [node] = cluster.workers;
  await using _reflector = await Manager.start(cluster.reflector, [], {
    ...REFLECTOR_ENV,
    IS_CONTROL_PLANE: "true",
  });
  await using worker = await Manager.start(node, [], {
    ...workerEnv(0),
    IS_CONTROL_PLANE: "false",
  });
  await worker.ready();
  await addPod(node, PC1);
  const deleted = await call(node, "DEL", PC1);
  assert.equal(deleted.reason, "success", describe(deleted) + deleted.stdout);
});

testAsRoot(
  "a LAN that a pod left without a word is removed after the grace time, one with a pod stays",
  async () => {
    await using cluster = await startCluster();
    const [node] = cluster.workers;
    const used = pod("used", "02:00:00:00:00:03", { ...NET1, name: "used", vxlanId: 11 });
    await using manager = await Manager.start(node, ["worker"], {
      ...workerEnv(0),
      MEGALOS_EMPTY_LAN_GRACE: "1",
    });
    await manager.logged(/facts for the plugin/);
    await addPod(node, PC1);
    await addPod(node, used);
    // The manager hears of changes by a program that may end.
    const watch = await eventually(
      async () => {
        const all = await node.run(["ps", "-C", "ip", "-o", "pid=,args="]);
        return /\d+(?=.* monitor link$)/m.exec(all.stdout)?.[0];
      },
      10,
      "the manager watches no links",
    );
    await node.must("kill", "-KILL", watch);
    const left = performance.now();
    await node.must("ip", "netns", "del", PC1.name);
    await manager.logged(/LAN net1-ntwork \(VNI 10\) removed: it had no pod/);
    assert.ok(performance.now() - left >= 1000, "removed before its grace time was over");
    const links = await node.must("nsenter", `--net=${LANS}`, "ip", "-br", "link");
    assert.doesNotMatch(links, /net1-ntwork/);
    assert.match(links, /kt-used-ntwork/);
    assert.doesNotMatch(manager.log, /LAN used/);
  },
);

testAsRoot("worker and reflector meet over IPv6 as well", async () => {
  await using cluster = await startCluster();
  const { reflector: rr, workers: [w1] } = cluster;
  const [there, here] = ["fd00:99::1", "fd00:99::11"];
  await rr.must("ip", "address", "add", `${there}/64`, "dev", "br0", "nodad");
  await w1.must("ip", "address", "add", `${here}/64`, "dev", "eth0", "nodad");
  const env = { ...workerEnv(0), NODE_IP: here, KATHARA_MASTER_SERVICE_HOST: there };
  await using _reflector = await Manager.start(rr, ["route-reflector"], { NODE_IP: there });
  await using worker = await Manager.start(w1, ["worker"], env);
  await worker.ready();
});
