// Makes one attack happen while others talk, and finds out what it has cost them.
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { sleep } from "../../shared/process/time.ts";
import { startCluster } from "../../tests/fixture/cluster.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { frrPids } from "../../tests/fixture/frr.ts";
import { readStatus, runManagers } from "../../tests/fixture/manager.ts";
import { addPod, canReach, pod } from "../../tests/fixture/pod.ts";
import { type Memory, watchMemory } from "../memory.ts";
import type { At } from "../progress.ts";
import { addBystanders, type Loss, startTalking } from "./bystanders.ts";
import type { Attack } from "./attacks.ts";
import { MALLORY } from "../../tests/fixture/loop.ts";

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
  /** Programs that ended. */
  readonly ended: readonly string[];
  /** What is not as before, 30 s after it. */
  readonly differences: readonly string[];
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
  env: Readonly<Record<string, string>>,
  at: At,
): Promise<Figures> {
  at("the nodes start");
  await using cluster = await startCluster();
  await using running = await runManagers(cluster, env);
  const [w1, w2] = cluster.workers;
  const nodes = [cluster.reflector, w1, w2];
  at("bystanders' pods are added");
  const sides = await addBystanders([w1, w2]);
  await addPod(w1, MALLORY);
  await addPod(w2, { ...MALLORY, name: "victim", mac: "02:00:00:00:00:0c" });
  await addPod(w2, FIRST, "10.2.0.1");
  await sleep(6_000);
  const observe = async () =>
    (await Promise.all([w1, w2].map(async (node) => [
      ...(await entries(node)).map((line) => `${node.name}: ${line}`),
      ...(await readStatus(node)).sessions.map((one: { state: string }) =>
        `${node.name}: ${one.state}`
      ),
    ]))).flat();
  const before = await observe();
  const pids = await Promise.all(nodes.map(frrPids));
  at("bystanders talk without an attack");
  const quiet = await startTalking(sides);
  await sleep(BEFORE_MS);
  const calm = await quiet();

  at("bystanders talk during the attack");
  const memory = watchMemory(nodes);
  const talk = await startTalking(sides);
  const attacking = run(w1);
  await sleep(3_000);
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
      differences = before.filter((line) => !now.includes(line));
      return differences.length === 0 && performance.now() - after > 3_000;
    },
    SETTLE_SECONDS,
    "",
  ).catch(() => {});
  const ended = (await Promise.all(nodes.map(frrPids))).flatMap((now, at) =>
    Object.entries(pids[at]!).filter(([daemon, pid]) => now[daemon] !== pid)
      .map(([daemon]) => `${nodes[at]!.name}: ${daemon}`)
  );
  const { limits } = await readStatus(w1);
  const said = (limits as { limit: string; lan: string; device: string; times: number }[])
    .map(({ limit, lan, device, times }) => `${limit} of ${lan} by ${device}, ${times} times`);
  for (const manager of running.workers) {
    if (/manager-failed|Uncaught/.test(manager.log)) ended.push(`${manager.node.name}: manager`);
  }
  return {
    ...{ name, title, bystanders, before: calm, newPodMs, memory: await memory(), ended },
    ...{ differences, limits: said },
  };
}

/** What EVPN has written for bystanders. */
async function entries(node: Node): Promise<string[]> {
  const all = await node.must("nsenter", `--net=${LAN_NETNS}`, "bridge", "fdb", "show");
  return all.split("\n").filter((line) => /^02:01:.* (dst |extern_learn)/.test(line)).toSorted();
}
