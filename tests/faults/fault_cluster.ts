// What faults happen to: two reflectors and two workers, FRR in a container of its own on each, and a pod on each worker.
import { type Node, plug, REFLECTOR_ADDRESS, startCluster, startNode } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { addPod, canReach, pod } from "../fixture/pod.ts";
import type { Place } from "./probe.ts";
import { Station } from "./station.ts";

const REFLECTOR_ADDRESSES = [REFLECTOR_ADDRESS, "10.99.0.2"] as const;
const PLACES = [
  { pod: pod("pc1", "02:00:00:00:00:01"), address: "10.0.0.1" },
  { pod: pod("pc2", "02:00:00:00:00:02"), address: "10.0.0.2" },
] as const;

export interface FaultCluster extends AsyncDisposable {
  /** The underlay's switch: a port of each node's name. */
  readonly underlay: Node;
  readonly reflectors: readonly [Station, Station];
  /** The first is the faulted one. */
  readonly workers: readonly [Station, Station];
  readonly places: readonly [Place, Place];
}

/**
 * Starts all of it and waits until frames pass between the two pods and every session is up.
 * @param root the nodes' file system, see {@link startNode}
 * @param env added to the environment of the faulted node's programs
 */
export async function startFaultCluster(
  root?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<FaultCluster> {
  await using started = new AsyncDisposableStack();
  const { reflector, workers } = started.use(await startCluster(root));
  const second = started.use(await startNode("rr2", root));
  await plug(reflector, second, REFLECTOR_ADDRESSES[1]);
  const start = async (...args: Parameters<typeof Station.start>) =>
    started.use(await Station.start(...args));
  const startReflector = (node: Node, index: 0 | 1) =>
    start(node, "route-reflector", { ...REFLECTOR_ENV, NODE_IP: REFLECTOR_ADDRESSES[index] });
  const startWorker = (index: 0 | 1) =>
    start(workers[index], "worker", {
      ...workerEnv(index),
      MEGALOS_ROUTE_REFLECTORS: REFLECTOR_ADDRESSES.join(","),
      ...(index === 0 ? env : {}),
    });
  const [rr1, rr2, w1, w2] = await Promise.all([
    startReflector(reflector, 0),
    startReflector(second, 1),
    startWorker(0),
    startWorker(1),
  ]);
  const places = [{ node: w1.node, ...PLACES[0] }, { node: w2.node, ...PLACES[1] }] as const;
  for (const { node, pod, address } of places) await addPod(node, pod, address);
  await eventually(
    () => canReach(w1.node, PLACES[0].pod, PLACES[1].address),
    20,
    "no frame passes",
  );
  for (const worker of [w1, w2]) {
    await eventually(
      async () => (await worker.sessions()) === REFLECTOR_ADDRESSES.length,
      20,
      `${worker.node.name} is not in session with both reflectors`,
    );
  }
  const nodes = started.move();
  return {
    underlay: reflector,
    reflectors: [rr1, rr2],
    workers: [w1, w2],
    places,
    [Symbol.asyncDispose]: () => nodes.disposeAsync(),
  };
}
