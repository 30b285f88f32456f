// A worker whose LAN has many MAC addresses behind another node.
import { sleep } from "../../shared/process/time.ts";
import { LANS } from "../../tests/fixture/bare_node.ts";
import {
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startCluster,
  startNode,
} from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { Manager, probe, REFLECTOR_ENV, workerEnv } from "../../tests/fixture/manager.ts";
import { addPod } from "../../tests/fixture/pod.ts";
import { type Route, Speaker } from "../../tests/fixture/speaker.ts";
import { PC1 } from "../../tests/fixture/two_pods.ts";
import { cpuMsOf } from "../cpu_time.ts";
import { type Memory, readMemory, watchMemory } from "../memory.ts";
import type { At } from "../progress.ts";

export interface RouteFigures {
  readonly before: Memory;
  /** From then on until the end. */
  readonly most: Memory;
  readonly probes: Probes;
  /** What the manager uses of a core when nothing changes, in percent. */
  readonly idle: number;
  /** From the announcement of one address more until the kernel has it. */
  readonly oneMoreMs: number;
}

/** Answers to kubelet's probe while the manager lists entries: one a second. */
interface Probes {
  readonly asked: number;
  /** That its loop still turned. */
  readonly alive: number;
}

const SPEAKER = "10.99.0.66";
const VNI = 10;
const AT_ONCE = 5_000;
const SAMPLES = 100;
const IDLE_MS = 30_000;
/** Longer than from one look to the next. */
const CALM_MS = 10_000;

export async function measureRoutes(
  macs: number,
  at: At,
): Promise<RouteFigures> {
  at("the nodes start");
  await using cluster = await startCluster();
  const { reflector, workers: [worker] } = cluster;
  const limit = { MEGALOS_MAX_ROUTES: `${2 * macs}` };
  const start = (node: Node, role: string, env: Record<string, string>) =>
    Manager.start(node, [role], { ...env, ...limit });
  await using reflecting = await start(reflector, "route-reflector", REFLECTOR_ENV);
  await using manager = await start(worker, "worker", workerEnv(0));
  await Promise.all([reflecting.ready(), manager.ready()]);
  await addPod(worker, PC1);
  await using other = await startNode("other");
  await plug(reflector, other, SPEAKER);
  await using speaker = await Speaker.start(other, REFLECTOR_ADDRESS, SPEAKER);
  if (speaker === undefined) throw new Error("The reflector takes no session of the speaker");

  const before = await readMemory(worker);
  const watched = watchMemory([worker]);
  await speaker.announce([{ ...own(3), ip: SPEAKER }]);
  for (let from = 0; from < macs; from += AT_ONCE) {
    at(`${from} are sent`);
    const count = Math.min(AT_ONCE, macs - from);
    await speaker.announce(Array.from({ length: count }, (_, at) => macRoute(from + at)));
  }
  at("all are sent, and the last one is awaited");
  await eventually(
    () => isKnown(worker, macRoute(macs - 1).mac),
    200,
    "the last one does not come",
  );
  // The kernel takes minutes to list so many entries: some are asked for.
  for (let index = 0; index < macs; index += Math.ceil(macs / SAMPLES)) {
    const { mac } = macRoute(index);
    if (!await isKnown(worker, mac)) throw new Error(`the kernel does not have ${mac}`);
  }
  at("they are in the kernel, and the manager lists them");
  const probes = await untilCalm(worker);
  at("the manager has listed them, and comes to rest");
  const used = await cpuMsOf(worker, manager.pid);
  await sleep(IDLE_MS);
  const idle = (await cpuMsOf(worker, manager.pid) - used) / IDLE_MS * 100;

  at("one address more is announced");
  const started = performance.now();
  const another = macRoute(macs);
  await speaker.announce([another]);
  await eventually(() => isKnown(worker, another.mac), 20, "one address more does not come");
  const oneMoreMs = performance.now() - started;
  return { before, most: await watched(), probes, idle, oneMoreMs };
}

const own = <Type extends 2 | 3>(type: Type) => ({
  ...{ type, rd: `${SPEAKER}:2`, vni: VNI, nextHop: SPEAKER },
});

function macRoute(at: number): Route & { readonly mac: string } {
  const bytes = [at >> 16, at >> 8 & 255, at & 255];
  const mac = ["06:00:00", ...bytes.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
  return { ...own(2), mac };
}

/** Waits until the manager lists no entries for a while. */
async function untilCalm(node: Node): Promise<Probes> {
  const probes = { asked: 0, alive: 0 };
  let calmAt = performance.now();
  await eventually(
    async () => {
      const { stdout } = await node.run(["ps", "-e", "-o", "args="]);
      if (/^bridge (fdb show|-force -batch)/m.test(stdout)) calmAt = performance.now();
      probes.asked++;
      if (await probe(node, "/healthz") === "200 ok") probes.alive++;
      await sleep(1_000);
      return performance.now() - calmAt > CALM_MS;
    },
    200,
    "the manager still lists entries",
  );
  return probes;
}

async function isKnown(node: Node, mac: string): Promise<boolean> {
  const get = ["bridge", "fdb", "get", mac, "br", "kt-net1-ntwork"];
  return (await node.run(["nsenter", `--net=${LANS}`, ...get])).reason === "success";
}
