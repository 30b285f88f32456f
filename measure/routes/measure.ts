// A worker whose LAN has many MAC addresses behind another node.
import { sleep } from "../../shared/process/time.ts";
import { bridgeThere } from "../../tests/fixture/lan_netns.ts";
import {
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startCluster,
  startNode,
} from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { Manager, REFLECTOR_ENV, workerEnv } from "../../tests/fixture/manager.ts";
import { addPod } from "../../tests/fixture/pod.ts";
import { type Route, Speaker } from "../../tests/fixture/speaker.ts";
import { PC1 } from "../../tests/fixture/two_pods.ts";
import { cpuMsOf } from "../cpu_time.ts";
import { type Memory, readMemory, watchMemory } from "../memory.ts";

export interface RouteFigures {
  readonly before: Memory;
  /** Until all addresses are in the kernel, and for {@link IDLE_MS} then. */
  readonly most: Memory;
  /** What the manager uses of a core when nothing changes, in percent. */
  readonly idle: number;
  /** From the announcement of one address more until the kernel has it. */
  readonly oneMoreMs: number;
}

const SPEAKER = "10.99.0.66";
const VNI = 10;
const AT_ONCE = 5_000;
const IDLE_MS = 30_000;

export async function measureRoutes(
  macs: number,
  log: (line: string) => void,
): Promise<RouteFigures> {
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
    const count = Math.min(AT_ONCE, macs - from);
    await speaker.announce(Array.from({ length: count }, (_, at) => macRoute(from + at)));
  }
  log(`${macs} routes are sent`);
  let known = 0;
  await eventually(
    async () => (known = await countKnown(worker)) >= macs,
    200,
    () => `the kernel has ${known} of ${macs} addresses`,
  );
  log("they are in the kernel");
  await sleep(IDLE_MS / 2);
  const used = await cpuMsOf(worker, manager.pid);
  await sleep(IDLE_MS);
  const idle = (await cpuMsOf(worker, manager.pid) - used) / IDLE_MS * 100;

  const started = performance.now();
  const { mac, ...route } = macRoute(macs);
  await speaker.announce([{ ...route, mac }]);
  await eventually(
    async () => {
      const get = ["bridge", "fdb", "get", mac, "br", "kt-net1-ntwork"];
      return (await worker.run(["nsenter", "--net=/run/netns/megalos", ...get])).reason ===
        "success";
    },
    20,
    "one address more does not come",
  );
  const oneMoreMs = performance.now() - started;
  return { before, most: await watched(), idle, oneMoreMs };
}

const own = <Type extends 2 | 3>(type: Type) => ({
  ...{ type, rd: `${SPEAKER}:2`, vni: VNI, nextHop: SPEAKER },
});

function macRoute(at: number): Route & { readonly mac: string } {
  const bytes = [at >> 16, at >> 8 & 255, at & 255];
  const mac = ["06:00:00", ...bytes.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
  return { ...own(2), mac };
}

/** How many addresses the kernel has behind other nodes. */
async function countKnown(node: Node): Promise<number> {
  const lines = await bridgeThere(node, "fdb", "show", "dev", "net1-ntwork");
  return lines.split(" dst ").length - 1;
}
