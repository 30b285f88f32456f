// Makes one attack happen while others talk, and finds out what it has cost them.
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { sleep } from "../../shared/process/time.ts";
import { startCluster } from "../../tests/fixture/cluster.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { frrPids } from "../../tests/fixture/frr.ts";
import { type Manager, readStatus, runManagers } from "../../tests/fixture/manager.ts";
import { addPod, canReach, pod } from "../../tests/fixture/pod.ts";
import { type Memory, watchMemory } from "../memory.ts";
import type { At } from "../progress.ts";
import { addBystanders, type Loss, startTalking } from "./bystanders.ts";
import type { Attack } from "./attacks.ts";
import { MALLORY, VICTIM } from "../../tests/fixture/loop.ts";

/** What the cluster is made of. */
export interface Setup {
  /** Settings of all managers. */
  readonly env: Readonly<Record<string, string>>;
  /** The nodes' file system, where it is not this machine's. */
  readonly root?: string;
}

export interface Figures {
  readonly name: string;
  readonly title: string;
  readonly bystanders: Loss;
  /** The same for as long without an attack, before it. */
  readonly before: Loss;
  /** How long (ms) a pod that comes during the attack waits for its first answer. */
  readonly newPodMs: number;
  /** Most of whichever node. */
  readonly memory: Memory;
  /** Programs that ended, whether they are there again or not. */
  readonly ended: readonly string[];
  /** What is not as before, 30 s after it: bystanders' entries, and sessions. */
  readonly differences: readonly string[];
  /** Entries of the attacker's MAC addresses that stay when they have aged. */
  readonly left: readonly string[];
  /** What `manager status` says of limits. */
  readonly limits: readonly string[];
}

const BEFORE_MS = 8_000;
const SETTLE_SECONDS = 30;
const NEW_LAN = { name: "new", suffix: "lab", vxlanId: 60 };
const [FIRST, SECOND] = [
  pod("new1", "02:02:00:00:00:01", NEW_LAN),
  pod("new2", "02:02:00:00:00:02", NEW_LAN),
];

export async function measureAttack(
  { name, title, run }: Attack,
  { env, root }: Setup,
  at: At,
): Promise<Figures> {
  at("the nodes start");
  await using cluster = await startCluster(root);
  await using running = await runManagers(cluster, env);
  const [w1, w2] = cluster.workers;
  const nodes = [cluster.reflector, w1, w2];
  const managers = [running.reflector, ...running.workers];
  at("bystanders' pods are added");
  const sides = await addBystanders([w1, w2]);
  await addPod(w1, MALLORY);
  await addPod(w2, VICTIM);
  await addPod(w2, FIRST, "10.2.0.1");
  await sleep(6_000);
  const observe = () =>
    ofAll([w1, w2], async (node) => [...await entries(node), ...await sessions(node)]);
  at("bystanders talk without an attack");
  const quiet = await startTalking(sides);
  await sleep(BEFORE_MS);
  const calm = await quiet();
  const before = await observe();
  const pids = await Promise.all(managers.map(listPrograms));

  at("bystanders talk during the attack");
  const memory = watchMemory(nodes);
  const talk = await startTalking(sides);
  let isOver = false;
  const attacking = run(w1, w2).then(() => isOver = true);
  await sleep(3_000);
  if (isOver) throw new Error(`Cannot measure ${name}: it is over before the new pod comes`);
  const started = performance.now();
  await addPod(w1, SECOND, "10.2.0.2");
  await eventually(() => canReach(w1, SECOND, "10.2.0.1"), 60, "the new pod reaches nobody");
  const newPodMs = performance.now() - started;
  await attacking;
  const bystanders = await talk();
  at("all is to be as before");
  let differences: readonly string[] = [];
  const after = performance.now();
  await eventually(
    async () => {
      const now = await observe();
      differences = [
        ...before.filter((line) => !now.includes(line)),
        ...now.filter((line) => !before.includes(line)).map((line) => `${line} (new)`),
      ];
      return differences.length === 0 && performance.now() - after > 3_000;
    },
    SETTLE_SECONDS,
    "",
  ).catch(() => {});
  at("what the attacker has left is to go");
  await Promise.all([w1, w2].map(age));
  let left: readonly string[] = [];
  await eventually(
    async () => (left = await ofAll([w1, w2], attackersEntries)).length === 0,
    SETTLE_SECONDS,
    "",
  ).catch(() => {});
  const ended = (await Promise.all(managers.map(listPrograms))).flatMap((now, at) =>
    Object.entries(pids[at]!).filter(([program, pid]) => now[program] !== pid)
      .map(([program]) => `${nodes[at]!.name}: ${program}`)
  );
  const { limits } = await readStatus(w1);
  const said = (limits as { limit: string; lan: string; device: string; times: number }[])
    .map(({ limit, lan, device, times }) => `${limit} of ${lan} by ${device}, ${times} times`);
  return {
    ...{ name, title, bystanders, before: calm, newPodMs, memory: await memory(), ended },
    ...{ differences, left, limits: said },
  };
}

/** Process numbers of a node's programs: FRR's daemons, and the manager where it lives. */
async function listPrograms({ node, pid }: Manager): Promise<Record<string, string>> {
  const { stdout } = await node.run(["ps", "-p", pid, "-o", "comm="]);
  const isAlive = stdout.trim() === "manager";
  return { ...await frrPids(node), ...(isAlive && { manager: pid }) };
}

/** What is read of some nodes, with the node's name before each line. */
async function ofAll(
  nodes: readonly Node[],
  read: (node: Node) => Promise<string[]>,
): Promise<string[]> {
  const lines = async (node: Node) => (await read(node)).map((line) => `${node.name}: ${line}`);
  return (await Promise.all(nodes.map(lines))).flat();
}

/** What EVPN has written for bystanders. */
async function entries(node: Node): Promise<string[]> {
  return (await listEntries(node)).filter((line) => /^02:01:.* (dst |extern_learn)/.test(line));
}

/** Of the addresses that the attacks' frames have as their sources. */
async function attackersEntries(node: Node): Promise<string[]> {
  return (await listEntries(node)).filter((line) => line.startsWith("02:aa:"));
}

async function listEntries(node: Node): Promise<string[]> {
  const all = await node.must("nsenter", `--net=${LAN_NETNS}`, "bridge", "fdb", "show");
  return all.split("\n").toSorted();
}

/** Has the bridges of a node forget after a second what they have learnt. */
async function age(node: Node): Promise<void> {
  const inLans = (...argv: string[]) => node.must("nsenter", `--net=${LAN_NETNS}`, ...argv);
  const bridges = JSON.parse(await inLans("ip", "-json", "link", "show", "type", "bridge"));
  for (const { ifname } of bridges as { ifname: string }[]) {
    await inLans("ip", "link", "set", "dev", ifname, "type", "bridge", "ageing_time", "100");
  }
}

/** The node's BGP sessions. One that was dropped and is back has another count. */
async function sessions(node: Node): Promise<string[]> {
  const { peers } = JSON.parse(await node.must("vtysh", "-c", "show bgp l2vpn evpn summary json"));
  return Object.entries(peers as Record<string, Session>).map(([peer, one]) =>
    `session with ${peer}: ${one.state}, dropped ${one.connectionsDropped} times`
  );
}

/** As bgpd tells it. */
interface Session {
  readonly state: string;
  readonly connectionsDropped: number;
}
