// A LAN learns no more MAC addresses than it may, and what is more is flooded.
import assert from "node:assert/strict";
import { attack, EVERYBODY } from "../fixture/attacker.ts";
import { LANS } from "../fixture/bare_node.ts";
import type { Node } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { canLimitMacs } from "../fixture/kernel_features.ts";
import { countForged } from "../fixture/forger.ts";
import { MANAGER, readStatus } from "../fixture/manager.ts";
import { addPod, canReach, NET1, type Pod, pod } from "../fixture/pod.ts";
import { ageSoon, untilStatic } from "../fixture/lan_netns.ts";
import { isPrivileged, testAsRoot } from "../fixture/privileged.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import maxLearned from "../fixture/max_learned.py" with { type: "text" };

const LIMIT = 50;
/** What these tests need of the kernel: without it, the last one holds. */
const LACK = isPrivileged && !await canLimitMacs()
  ? "this kernel's bridges have no limit (Linux before 6.7), so ports stop to learn"
  : "";
const MALLORY = pod("mallory", "02:00:00:00:00:0a");
const ALICE = pod("alice", "02:00:00:00:00:0b");
const BOB = pod("bob", "02:00:00:00:00:0c");

/** MAC addresses that a LAN has learnt, by port. */
async function learnt(node: Node, bridge = "kt-net1-ntwork"): Promise<Record<string, number>> {
  const argv = ["bridge", "fdb", "show", "br", bridge, "dynamic"];
  const lines = (await node.must("nsenter", `--net=${LANS}`, ...argv)).trim().split("\n");
  const ports = lines.filter((line) => !/ self| static| extern_learn/.test(line))
    .map((line) => / dev (\S+)/.exec(line)?.[1] ?? "");
  return Object.fromEntries(
    [...new Set(ports)].map((port) => [port, ports.filter((one) => one === port).length]),
  );
}

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((all, one) => all + one, 0);

/** Adds a pod, and waits until its own address counts as learnt no more. */
async function addStatic(node: Node, one: Pod, address?: string): Promise<void> {
  await addPod(node, one, address);
  await untilStatic(node, one.mac);
}

/** Waits until a bridge has its limit: a moment after it was made. */
async function limited(node: Node, limit: number, bridge = "kt-net1-ntwork"): Promise<void> {
  const argv = ["python3", "-I", "-S", "-c", maxLearned, bridge];
  let seen = "";
  await eventually(
    async () =>
      (seen = (await node.must("nsenter", `--net=${LANS}`, ...argv)).trim()) === `${limit}`,
    10,
    () => `the bridge's limit is ${seen}`,
  );
}

testAsRoot("one device's MAC addresses end at its LAN's limit, which is said once", async () => {
  await using worker = await startResidentNode({ settings: { MEGALOS_MAX_MACS: `${LIMIT}` } });
  const { node, manager } = worker;
  for (const [at, one] of [MALLORY, ALICE, BOB].entries()) {
    await addStatic(node, one, `10.0.0.${at + 1}`);
  }
  await limited(node, LIMIT);
  await attack(node, MALLORY, { frames: 2_000, sources: 1_000 });
  assert.equal(sum(await learnt(node)), LIMIT);
  const said =
    /warn LAN net1-ntwork \(VNI 10\): lab\/mallory net0 has used up the 50 MAC addresses of/g;
  await manager.logged(new RegExp(said.source));
  // Who comes later is flooded to, and answers.
  assert.ok(await canReach(node, BOB, "10.0.0.2"));
  await attack(node, MALLORY, { frames: 2_000, sources: 1_000 });
  await eventually(
    async () => (await readStatus(node)).limits.length > 0,
    10,
    () => `status shows no limit\n${manager.log}`,
  );
  const { limits } = await readStatus(node);
  assert.deepEqual(limits, [{
    ...{ limit: "macs", lan: "net1-ntwork", vni: 10, device: "lab/mallory net0" },
    ...{ most: LIMIT, times: 1, isMet: true },
  }]);
  const { stdout } = await node.run([MANAGER, "status"]);
  assert.match(stdout, /^50 MAC addresses +net1-ntwork +10 +lab\/mallory net0 +1 +met$/m);
  assert.equal([...manager.log.matchAll(said)].length, 1, manager.log);
}, LACK);

testAsRoot("a LAN's own maxMacs counts where it is lower", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  const few = pod("mallory", "02:00:00:00:00:0a", { ...NET1, maxMacs: 20 } as typeof NET1);
  await addStatic(node, few);
  await limited(node, 20);
  await attack(node, few, { frames: 100, sources: 100 });
  assert.equal(sum(await learnt(node)), 20);
  await manager.logged(/mallory net0 has used up the 20 MAC addresses/);
}, LACK);

testAsRoot(
  "a LAN whose VXLAN device is called as bridges are takes no other one's limit",
  async () => {
    await using worker = await startResidentNode({ settings: { MEGALOS_MAX_MACS: `${LIMIT}` } });
    const { node, manager } = worker;
    // The manager hears of what comes from now on.
    await addStatic(node, BOB);
    await limited(node, LIMIT);
    // Its devices are kt-a and kt-kt-a.
    const lan = { name: "kt", suffix: "a", vxlanId: 11 };
    await addStatic(node, pod("mallory", "02:00:00:00:00:0a", lan));
    await limited(node, LIMIT, "kt-kt-a");
    const later = { ...NET1, name: "net2", vxlanId: 12 };
    await addStatic(node, pod("alice", "02:00:00:00:00:0b", later));
    await limited(node, LIMIT, "kt-net2-ntwork");
    assert.doesNotMatch(manager.log, /limits no bridge/);
  },
  LACK,
);

testAsRoot("all LANs of a node together have a limit, and each may learn some", async () => {
  // Of so many, each of four LANs has eight for sure.
  const most = 512;
  await using worker = await startResidentNode({ settings: { MEGALOS_MAX_NODE_MACS: `${most}` } });
  const { node, manager } = worker;
  const lans = [1, 2, 3, 4].map((at) => ({ ...NET1, name: `many${at}`, vxlanId: 100 + at }));
  const devices = lans.map((lan, at) => pod(`mallory${at}`, `02:00:00:00:00:1${at}`, lan));
  for (const one of devices) await addStatic(node, one);
  const counts = () =>
    Promise.all(lans.map(async ({ name }) => sum(await learnt(node, `kt-${name}-ntwork`))));
  const attackAll = async () => {
    for (const one of devices) await attack(node, one, { frames: 600, sources: 200 });
  };
  // A LAN gets more a moment after it has asked for more.
  await eventually(
    async () => {
      await attackAll();
      return /mallory\d net0 has used up the \d+ MAC addresses of the LAN/.test(manager.log);
    },
    30,
    () => manager.log,
  );
  const each = await counts();
  const all = each.reduce((one, other) => one + other, 0);
  assert.ok(all <= most + 8 * lans.length, `${each}`);
  // The LAN that came first has had more than a LAN gets at first.
  assert.ok(all > most / 2 && each.every((one) => one >= 8), `${each}`);
}, LACK);

// Stands before Python, which then does not limit bridges: as where the kernel or Python is old.
const NO_LIMITS = `
set -e
cp --dereference /usr/bin/python3 /run/python
cat >/run/python3 <<'SCRIPT'
#!/bin/sh
case "$*" in *MAX_LEARNED*) echo "no such attribute" >&2; exit 1 ;; esac
exec /run/python "$@"
SCRIPT
chmod 755 /run/python3
mount --bind /run/python3 /usr/bin/python3
`;

testAsRoot("where bridges have no limit, the port that exceeds it stops to learn", async () => {
  await using worker = await startResidentNode({
    before: (node) => node.must("sh", "-c", NO_LIMITS),
    settings: { MEGALOS_MAX_MACS: `${LIMIT}` },
  });
  const { node, manager } = worker;
  for (const [at, one] of [MALLORY, ALICE, BOB].entries()) {
    await addStatic(node, one, `10.0.0.${at + 1}`);
  }
  await manager.logged(/warn Cannot limit the MAC addresses of LANs: .*no such attribute/);
  await attack(node, MALLORY, { frames: 1_000, sources: 1_000 });
  await manager.logged(/lab\/mallory net0 has used up the 50 MAC addresses/);
  const portOf = (one: Pod) => findPort(node, one);
  const [mallory, alice] = [await portOf(MALLORY), await portOf(ALICE)];
  await eventually(
    async () => (await isLearning(node, mallory)) === false,
    10,
    () => `mallory's port learns\n${manager.log}`,
  );
  const before = (await learnt(node))[mallory] ?? 0;
  const silent = "bridge megalos silent";
  await eventually(
    async () => (await listTable(node, "set", silent)).includes(mallory),
    15,
    () => `frames of more addresses are dropped\n${manager.log}`,
  );
  const more = { frames: 1_000, sources: 2_000, destination: EVERYBODY };
  assert.equal(await countForged(node, ALICE, () => attack(node, MALLORY, more)), 1_000);
  assert.ok(((await learnt(node))[mallory] ?? 0) <= before);
  assert.equal(await isLearning(node, alice), true);
  assert.ok(await canReach(node, MALLORY, "10.0.0.2"));
  assert.doesNotMatch(manager.log, /mended/);

  // What has aged counts no more.
  await ageSoon(node);
  await manager.logged(/info LAN net1-ntwork \(VNI 10\) is below its limit of MAC addresses again/);
  assert.equal(await isLearning(node, mallory), true);
});

testAsRoot("where bridges have no limit, new MAC addresses of a port come slowly", async () => {
  await using worker = await startResidentNode({
    before: (node) => node.must("sh", "-c", NO_LIMITS),
  });
  const { node, manager } = worker;
  for (const [at, one] of [MALLORY, ALICE, BOB].entries()) {
    await addStatic(node, one, `10.0.0.${at + 1}`);
  }
  await untilSlow(node, manager);
  const [mallory, began] = [await findPort(node, MALLORY), performance.now()];
  const sources = 30_000;
  await attack(node, MALLORY, { frames: sources, sources });
  const seconds = (performance.now() - began) / 1000;
  const { [mallory]: count = 0 } = await learnt(node);
  assert.ok(count >= 500 && count <= 512 + 20 * (seconds + 2), `${count} in ${seconds} s`);
  await manager.logged(
    /warn LAN net1-ntwork \(VNI 10\): lab\/mallory net0 uses new MAC addresses too fast: .* 20 a/,
  );
  // Whoever has been there, and who comes now, talks on.
  assert.ok(await canReach(node, BOB, "10.0.0.2"));
  assert.ok(await canReach(node, MALLORY, "10.0.0.2"));
  await attack(node, ALICE, { frames: 1, sources: 1 });
  assert.equal((await learnt(node))[await findPort(node, ALICE)], 1);
});

testAsRoot("where bridges have no limit, many ports together learn few at once", async () => {
  await using worker = await startResidentNode({
    before: (node) => node.must("sh", "-c", NO_LIMITS),
    settings: { MEGALOS_MAX_MACS: "60000", MEGALOS_MAX_NODE_MACS: "60000" },
  });
  const { node, manager } = worker;
  await addStatic(node, ALICE, "10.0.0.1");
  await addStatic(node, BOB, "10.0.0.2");
  const many = Array.from(
    { length: 32 },
    (_, at) =>
      pod(`m${at}`, `02:00:00:00:01:${at + 10}`, {
        ...NET1,
        name: `m${at}`,
        vxlanId: 100 + at,
      }),
  );
  for (const one of many) await addStatic(node, one);
  await untilSlow(node, manager);
  const began = performance.now();
  await Promise.all(many.map((one) => attack(node, one, { frames: 600, sources: 600 })));
  const seconds = (performance.now() - began) / 1000;
  const each = many.map(async (_, at) => sum(await learnt(node, `kt-m${at}-ntwork`)));
  const count = (await Promise.all(each)).reduce((all, one) => all + one, 0);
  // Each port by itself could have 512, so 16,384 in all.
  assert.ok(count >= 7_000, `${count}`);
  assert.ok(count <= 8_000 + 8 * many.length + 400 * (seconds + 2), `${count} in ${seconds} s`);
  // Whoever has few addresses has them also where the others have used up what is shared.
  await attack(node, ALICE, { frames: 5, sources: 5 });
  assert.equal((await learnt(node))[await findPort(node, ALICE)], 5);
  assert.ok(await canReach(node, BOB, "10.0.0.1"));
});

/** Waits until the table limits new MAC addresses of ports. */
async function untilSlow(node: Node, manager: { readonly log: string }): Promise<void> {
  await eventually(
    async () => (await listTable(node, "table", "bridge megalos")).includes("chain learn_slowly"),
    20,
    () => `the table is as for a newer kernel\n${manager.log}`,
  );
}

async function listTable(node: Node, kind: "set" | "table", name: string): Promise<string> {
  const argv = ["nft", "list", kind, ...name.split(" ")];
  return (await node.run(["nsenter", `--net=${LANS}`, ...argv])).stdout;
}

/** The port of a pod. */
async function findPort(node: Node, { name }: Pod): Promise<string> {
  const links = await node.must("nsenter", `--net=${LANS}`, "ip", "-json", "link");
  const all = JSON.parse(links) as { ifname: string; ifalias?: string }[];
  return all.find(({ ifalias }) => ifalias?.endsWith(`pod=lab/${name}`))?.ifname ?? "";
}

async function isLearning(node: Node, port: string): Promise<boolean> {
  const show = ["ip", "-json", "-details", "link", "show", "dev", port];
  const [link] = JSON.parse(await node.must("nsenter", `--net=${LANS}`, ...show));
  return link.linkinfo.info_slave_data.learning;
}
