// What somebody breaks on a node is found and mended: pods talk again, and the log says why.
import assert from "node:assert/strict";
import { type Node, startCluster } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { Manager, readStatus, runManagers, workerEnv } from "../fixture/manager.ts";
import { addPod, call, canReach, NET1, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { hold, lanDevices } from "../fixture/resident_node.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";
import { LANS } from "../fixture/bare_node.ts";

/** Runs `ip` in the LAN namespace. */
function ipThere(node: Node, ...args: string[]): Promise<string> {
  return node.must("nsenter", `--net=${LANS}`, "ip", ...args);
}

async function portOf(node: Node): Promise<string> {
  const [port] = /mg[a-z2-7]{13}/.exec(await ipThere(node, "link", "show", "type", "veth")) ?? [];
  assert.ok(port !== undefined);
  return port;
}

/** A change, as `ip link` takes it, and what the log then says of it. */
type Harm = readonly [change: string, why: RegExp];

/** What somebody may break in the devices of a LAN itself. */
function harmsOf(name: string, suffix: string, vni: number): Harm[] {
  const vxlan = `${name}-${suffix}`;
  const bridge = `kt-${vxlan}`;
  return [
    [`del ${vxlan}`, /its VXLAN device is gone/],
    [`del ${bridge}`, /its bridge is gone/],
    [`set ${vxlan} nomaster`, /its VXLAN device is not a port of its bridge/],
    [`set ${bridge} down`, /its bridge is down/],
    [`set ${vxlan} down`, /its VXLAN device is down/],
    [`property del dev ${bridge} altname lan~${name}~${suffix}`, /its bridge has lost its name/],
    [`property del dev ${bridge} altname vni~${vni}`, /its bridge has lost its name/],
    [`set ${bridge} alias `, /its bridge has lost its alias/],
    [`set ${vxlan} alias `, /its VXLAN device has lost its alias/],
    [`set ${bridge} alias x`, /its bridge has lost its alias/],
    [`set ${vxlan} alias x`, /its VXLAN device has lost its alias/],
    [
      `set ${bridge} type bridge group_fwd_mask 0`,
      /its bridge .*: its forwarding mask is 0x0, not/,
    ],
    [`set ${bridge} type bridge mcast_snooping 1`, /its bridge .*: multicast snooping is on/],
    [`set ${bridge} group 2`, /its bridge is in link group 2, not 0/],
    [`set ${bridge} mtu 1300`, /its bridge has MTU 1300, its LAN 1450/],
    [`set ${vxlan} type bridge_slave learning on`, /its VXLAN device .*: learning is on/],
    [`set ${vxlan} type vxlan learning`, /its VXLAN device .*: learning is on/],
    [
      `set ${vxlan} type bridge_slave group_fwd_mask 0`,
      /its VXLAN device .*: its forwarding mask/,
    ],
    [`set ${vxlan} group 2`, /its VXLAN device is in link group 2, not 0/],
    [`set ${vxlan} mtu 1300`, /its VXLAN device has MTU 1300, its LAN 1450/],
  ];
}

/** The same of a pod's port in net1: the words behind its name. */
const HARMS_OF_PORT: readonly Harm[] = [
  ["nomaster", /port mg[a-z2-7]{13} is not in LAN net1-ntwork/],
  ["type bridge_slave learning off", /port mg\w+ .*: learning is off/],
  ["type bridge_slave group_fwd_mask 0", /port mg\w+ .*: its forwarding mask/],
  ["down", /port mg\w+ is down/],
  ["group 7", /port mg\w+ is in link group 7, not 1/],
  ["alias x", /port mg\w+ has lost its alias/],
  ["mtu 1300", /port mg\w+ has MTU 1300, its LAN 1450/],
];

/** Each change breaks the LAN net1 of a node. The log tells of it with `why`. */
const HARMS: readonly { why: RegExp; harm: (node: Node) => Promise<unknown> }[] = [
  ...harmsOf("net1", "ntwork", 10).map(([change, why]) => ({
    why,
    harm: (node: Node) => ipThere(node, "link", ...change.split(" ")),
  })),
  ...HARMS_OF_PORT.map(([change, why]) => ({
    why,
    harm: async (node: Node) =>
      ipThere(node, "link", "set", "dev", await portOf(node), ...change.split(" ")),
  })),
  {
    why: /\/run\/netns\/megalos was gone, and is pinned again/,
    // ip-netns(8) may have mounted the namespace twice.
    harm: (node) => node.must("sh", "-c", `while umount --lazy ${LANS} 2>&-; do :; done`),
  },
];

/** Turns on what makes bridged frames pass the node's filters: so many switches. */
const switchOn = (switches: readonly string[]): typeof HARMS[number] => ({
  why: /switches of .* set again: .*bridge-nf-call-iptables/,
  harm: (node) =>
    node.must(
      ...["nsenter", `--net=${LANS}`, "sh", "-c", 'for f; do echo 1 >"$f"; done', "sh"] as const,
      ...switches,
    ),
});

/** The switches of the LAN namespace: none where the kernel has not loaded br_netfilter. */
async function listSwitches(node: Node): Promise<string[]> {
  const there = ["nsenter", `--net=${LANS}`, "find", "/proc/sys/net"] as const;
  const found = await node.must(...there, "-path", "*/bridge/bridge-nf-call-*tables");
  return found.split("\n").filter((path) => path !== "");
}

testAsRoot("a LAN that somebody breaks is mended, and said once", async () => {
  await using pods = await startTwoPods();
  const { cluster, running } = pods;
  const [w1] = cluster.workers;
  const [manager] = running.workers;
  // Of what a start says, these come last.
  await manager.logged(/the VTEP filter is set/);
  await manager.logged(/tables of neighbours/);
  const switches = await listSwitches(w1);
  for (const { why, harm } of [...HARMS, ...switches.length > 0 ? [switchOn(switches)] : []]) {
    const told = manager.log.length;
    await harm(w1);
    await eventually(() => why.test(manager.log.slice(told)), 10, () => `${why}\n${manager.log}`);
    await eventually(() => canReach(w1, PC1, "10.0.0.2"), 15, () => `no frame after ${why}`);
    // The entries of a device that was made anew go by themselves, sooner or later.
    const said = manager.log.slice(told).trimEnd().split("\n")
      .filter((line) => !line.includes("forwarding entries removed"));
    assert.equal(said.length, 1, said.join("\n"));
  }
  const counted = async () => (await readStatus(w1)).swept;
  const { mended, emptied, strays } = await counted();
  assert.deepEqual({ mended, emptied, strays }, {
    mended: HARMS.length + switches.length,
    emptied: 0,
    strays: 0,
  });
  await manager.end("KILL");
  await using next = await Manager.start(w1, ["worker"], workerEnv(0));
  await next.ready();
  await eventually(
    async () => (await counted()).mended === 0,
    10,
    "status tells what an earlier manager has done",
  );
  const ended = await call(w1, "DEL", PC1);
  assert.equal(ended.reason, "success", ended.stdout);
  assert.deepEqual(await lanDevices(w1), []);
});

testAsRoot("the nodes' own LAN is mended when somebody breaks it, and said once", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster);
  const [w1] = cluster.workers;
  const [manager] = running.workers;
  const said = (from: number) =>
    manager.log.slice(from).split("\n").filter((line) => /~vtep|Cannot/.test(line));
  assert.deepEqual(said(0).filter((line) => line.includes("mended")), []);
  const begun = manager.log.length;
  const harms = harmsOf("nodes", "~vtep", 7_169_388);
  for (const [change, why] of harms) {
    const told = manager.log.length;
    await ipThere(w1, "link", ...change.split(" "));
    const all = new RegExp(`LAN nodes-~vtep .* mended: .*${why.source}`);
    await eventually(() => all.test(manager.log.slice(told)), 10, () => `${why}\n${manager.log}`);
    assert.equal(said(told).length, 1, said(told).join("\n"));
  }
  // A second line of a row may have come only while the next one was at work.
  assert.equal(said(begun).length, harms.length, said(begun).join("\n"));
});

testAsRoot("a port that has come to another LAN since it was seen stays there", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster);
  const [w1] = cluster.workers;
  const [manager] = running.workers;
  await addPod(w1, PC1);
  // Whoever mends LAN net1 sees it broken, and waits for its lock.
  const lock = "/run/megalos/lock/010";
  const release = "/run/release";
  const hold = 'touch "$1.held"; until [ -e "$1" ]; do sleep 0.05; done';
  const busy = w1.run(["flock", lock, "sh", "-c", hold, "sh", release]);
  const isHeld = async () => (await w1.run(["test", "-e", `${release}.held`])).reason === "success";
  await eventually(isHeld, 10, "the lock is not had");
  await ipThere(w1, "link", "del", "kt-net1-ntwork");
  await eventually(() => isWaitedFor(w1, lock), 10, () => `nobody waits for it\n${manager.log}`);
  await ipThere(w1, "link", "del", await portOf(w1));
  const other = pod(PC1.name, PC1.mac, { ...NET1, name: "net2", vxlanId: 11 });
  const added = await call(w1, "ADD", other);
  assert.equal(added.reason, "success", added.stdout);
  await w1.must("touch", release);
  await busy;
  await eventually(async () => !await isWaitedFor(w1, lock), 10, "it is still waited for");
  // Whoever has the lock now lets it go.
  await w1.must("flock", lock, "true");
  const port = await ipThere(w1, "-br", "link", "show", "master", "kt-net2-ntwork");
  assert.match(port, new RegExp(await portOf(w1)));
  assert.doesNotMatch(await ipThere(w1, "-br", "link"), /kt-net1-ntwork/);
  assert.doesNotMatch(manager.log, /mended|Cannot look/);
});

/** Whether somebody waits for a lock that another has: `->` in proc_locks(5). */
async function isWaitedFor(node: Node, path: string): Promise<boolean> {
  const inode = (await node.must("stat", "--format=%i", path)).trim();
  const locks = await node.must("cat", "/proc/locks");
  return new RegExp(`-> FLOCK .*:${inode} `).test(locks);
}

testAsRoot("devices of no LAN are removed, those of calls that are at work are not", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster);
  const [w1] = cluster.workers;
  const [manager] = running.workers;
  await addPod(w1, PC1);
  // This is as a call at work would do it: nothing is removed as long as the call has its lock.
  const busy = await hold(w1, "/run/megalos/lock/077");
  await ipThere(w1, "link", "add", "name", "kt-half-ntwork", "type", "bridge");
  await ipThere(w1, "link", "add", "name", "mgabcdefghijklm", "type", "veth", "peer", "name", "x");
  // The last has the first name of a VXLAN device, as a killed ADD leaves one.
  for (const [name, vni] of [["other-ntwork", "99"], ["half-ntwork", "88"]] as const) {
    // deno-fmt-ignore
    await ipThere(w1, "link", "add", "name", name, "type", "vxlan",
      "id", vni, "local", "10.99.0.11", "dstport", "4789", "nolearning");
  }
  await manager.logged(/Cannot look the LANs over: Cannot lock/);
  assert.match(await ipThere(w1, "-br", "link"), /kt-half-ntwork/);
  await busy[Symbol.asyncDispose]();
  await manager.logged(/devices of no LAN removed: /);
  const left = await ipThere(w1, "-br", "link");
  assert.doesNotMatch(left, /kt-half-ntwork|mgabcdefghijklm|other-ntwork|half-ntwork/);
  assert.match(left, /kt-net1-ntwork/);
});

testAsRoot("a node that gets another address goes on with it, its LANs too", async () => {
  // There is no NODE_IP: the address is the device's.
  await using pods = await startTwoPods({ NODE_IP: "" });
  const { cluster, running } = pods;
  const [w1, w2] = cluster.workers;
  const [manager] = running.workers;
  await w1.must("ip", "address", "del", "10.99.0.11/24", "dev", "eth0");
  await w1.must("ip", "address", "add", "10.99.0.31/24", "dev", "eth0");
  await manager.logged(/VXLAN devices moved to 10\.99\.0\.31: 2/);
  await eventually(() => canReach(w1, PC1, "10.0.0.2"), 20, () => `no frame\n${manager.log}`);
  const other = pod("pc3", "02:00:00:00:00:03");
  await addPod(w1, other, "10.0.0.3");
  await eventually(() => canReach(w2, PC2, "10.0.0.3"), 10, "no frame to the new pod");
});
