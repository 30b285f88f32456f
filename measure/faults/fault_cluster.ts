// What faults happen to: two reflectors and two workers, each with FRR in a container of its own.
// Each worker has a pod.
import { lanDevices } from "../../shared/lan/lan.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import {
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startCluster,
  startNode,
  workerAddress,
} from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { REFLECTOR_ENV, workerEnv } from "../../tests/fixture/manager.ts";
import { addPod, canReach, pod } from "../../tests/fixture/pod.ts";
import type { Place } from "./probe.ts";
import { Station } from "./station.ts";

const REFLECTOR_ADDRESSES = [REFLECTOR_ADDRESS, "10.99.0.2"] as const;
const PLACES = [
  { pod: pod("pc1", "02:00:00:00:00:01"), address: "10.0.0.1" },
  { pod: pod("pc2", "02:00:00:00:00:02"), address: "10.0.0.2" },
] as const;
const THIRD = { pod: pod("pc3", "02:00:00:00:00:03"), address: "10.0.0.3" } as const;

export interface FaultCluster extends AsyncDisposable {
  /** The underlay's switch: a port of each node's name. */
  readonly underlay: Node;
  readonly reflectors: readonly [Station, Station];
  /** The first is the faulted one. */
  readonly workers: readonly [Station, Station];
  readonly places: readonly [Place, Place];
  /** Starts one more worker with a pod on the LAN, and answers when frames pass to it. */
  join(): Promise<Node>;
}

const NODES_VXLAN = ` dev ${lanDevices(NODES_LAN).vxlan} dst `;

/**
 * Starts all of it and waits until frames pass between the two pods, every session is up, and the
 * workers know each other by the LAN of the nodes.
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
  const startReflector = (node: Node, index: 0 | 1) =>
    Station.start(node, "route-reflector", {
      ...REFLECTOR_ENV,
      NODE_IP: REFLECTOR_ADDRESSES[index],
    });
  const startWorker = (node: Node, index: number) =>
    Station.start(node, "worker", {
      ...workerEnv(index),
      MEGALOS_ROUTE_REFLECTORS: REFLECTOR_ADDRESSES.join(","),
      // This is longer than all faults, and short enough to be waited for.
      MEGALOS_NODE_GRACE: "35",
      ...(index === 0 ? env : {}),
    });
  const [rr1, rr2, w1, w2] = await Promise.all([
    startReflector(reflector, 0),
    startReflector(second, 1),
    startWorker(workers[0], 0),
    startWorker(workers[1], 1),
  ]);
  for (const station of [rr1, rr2, w1, w2]) started.use(station);
  const places = [{ node: w1.node, ...PLACES[0] }, { node: w2.node, ...PLACES[1] }] as const;
  for (const { node, pod, address } of places) await addPod(node, pod, address);
  const reached = (address: string) =>
    eventually(() => canReach(w1.node, PLACES[0].pod, address), 20, "no frame passes");
  await reached(PLACES[1].address);
  for (const worker of [w1, w2]) {
    await eventually(
      async () => (await worker.sessions()) === REFLECTOR_ADDRESSES.length,
      20,
      `${worker.node.name} is not in session with both reflectors`,
    );
    await eventually(
      async () => (await worker.entries()).some((entry) => entry.includes(NODES_VXLAN)),
      20,
      `${worker.node.name} does not know the other node yet`,
    );
  }
  const nodes = started.move();
  return {
    underlay: reflector,
    reflectors: [rr1, rr2],
    workers: [w1, w2],
    places,
    async join() {
      const node = nodes.use(await startNode("w3", root));
      await plug(reflector, node, workerAddress(2));
      nodes.use(await startWorker(node, 2));
      await addPod(node, THIRD.pod, THIRD.address);
      await reached(THIRD.address);
      return node;
    },
    [Symbol.asyncDispose]: () => nodes.disposeAsync(),
  };
}
