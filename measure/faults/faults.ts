// The faults: what happens to which node, and what it may cost.
import { LANS } from "../../tests/fixture/bare_node.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { frrPids } from "../../tests/fixture/frr.ts";
import type { FaultCluster } from "./fault_cluster.ts";
import { FAKE_CLOCK, setClock } from "./clock.ts";
import { exhaustMemory, fillRun } from "./resources.ts";
import type { Station } from "./station.ts";

/** Most that may be lost, in ms: towards the faulted node (A), and from it (B). */
export interface Limits {
  readonly towards: number;
  readonly from: number;
}

export interface Fault {
  readonly name: string;
  /** What people read. */
  readonly title: string;
  /** Added to the environment of the faulted node's programs. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it may cost when what it hit was away for so long. */
  readonly limits: (downMs: number) => Limits;
  /** Makes it happen, and answers when it is over: for how long (ms) what it hit was away. */
  readonly inject: (cluster: FaultCluster) => Promise<number>;
}

const nothing = () => ({ towards: 0, from: 0 });
const itsLink = (downMs: number) => ({ towards: downMs + 300, from: downMs + 300 });

const RESTART_SECONDS = 30;

/** FRR on the worker after something that ends its daemons. */
const onWorker =
  (act: (worker: Station) => Promise<unknown>): Fault["inject"] => ({ workers: [worker] }) =>
    timed(async () => {
      await act(worker);
      await serving(worker);
    });

export const FAULTS: readonly Fault[] = [
  {
    name: "manager",
    title: "manager killed",
    limits: nothing,
    inject: ({ workers: [worker] }) =>
      timed(async () => {
        await worker.manager.end("KILL");
        await worker.startManager();
        await worker.manager.ready();
      }),
  },
  {
    name: "bgpd",
    title: "bgpd killed",
    limits: nothing,
    inject: onWorker((worker) => worker.kill("bgpd")),
  },
  {
    name: "zebra",
    title: "zebra killed",
    limits: nothing,
    inject: onWorker((worker) => worker.kill("zebra")),
  },
  {
    name: "zebra-bgpd",
    title: "zebra and bgpd killed",
    limits: nothing,
    inject: onWorker((worker) => worker.kill("zebra", "bgpd")),
  },
  {
    name: "upgrade",
    title: "pod upgraded: all stopped, started anew after 3 s",
    limits: nothing,
    inject: onWorker((worker) => replace(worker, "TERM", 3)),
  },
  {
    name: "frr",
    title: "FRR's container killed, started anew after 3 s",
    limits: nothing,
    inject: onWorker(async (worker) => {
      await worker.stopFrr("KILL");
      await pause(3);
      await worker.startFrr();
    }),
  },
  {
    name: "reflector",
    title: "one of two reflectors killed for 20 s",
    limits: nothing,
    inject: ({ reflectors: [reflector] }) => timed(() => replace(reflector, "KILL", 20)),
  },
  {
    name: "reflectors",
    title: "both reflectors replaced, one after the other",
    limits: nothing,
    inject: ({ reflectors, workers }) =>
      timed(async () => {
        for (const reflector of reflectors) {
          await replace(reflector, "TERM", 2);
          await eventually(
            async () => (await Promise.all(workers.map((one) => one.sessions()))).every(isBoth),
            RESTART_SECONDS,
            "workers are not in session with both reflectors",
          );
          // A session is up before the first route has come through it.
          await pause(1);
        }
      }),
  },
  {
    name: "all-reflectors",
    title: "both reflectors killed at once for 20 s",
    limits: nothing,
    inject: ({ reflectors }) =>
      timed(async () => {
        await Promise.all(reflectors.map((reflector) => replace(reflector, "KILL", 20)));
      }),
  },
  {
    name: "reflector-link",
    title: "one reflector's link cut for 20 s",
    limits: nothing,
    inject: ({ underlay }) => timed(() => cut(underlay, "rr2", 20)),
  },
  {
    name: "underlay-5",
    title: "worker's link cut for 5 s",
    limits: itsLink,
    inject: ({ underlay }) => timed(() => cut(underlay, "w1", 5)),
  },
  {
    name: "underlay-30",
    title: "worker's link cut for 30 s",
    limits: itsLink,
    inject: ({ underlay }) => timed(() => cut(underlay, "w1", 30)),
  },
  {
    name: "node",
    title: "third worker's node gone (A and B: between the others)",
    limits: nothing,
    inject: async ({ underlay, join }) => {
      const node = await join();
      return await timed(async () => {
        // The node is silent from here on, as without power.
        await underlay.must("ip", "link", "set", "dev", node.name, "down");
        await node[Symbol.asyncDispose]();
        await pause(20);
      });
    },
  },
  {
    name: "lan-namespace",
    title: "LAN namespace unpinned",
    limits: nothing,
    inject: ({ workers: [{ node }] }) =>
      timed(async () => {
        await node.must("umount", "--lazy", LANS);
        await pause(10);
      }),
  },
  {
    name: "clock",
    title: "worker's clock jumps an hour ahead, then two back",
    env: FAKE_CLOCK,
    limits: nothing,
    inject: ({ workers: [worker] }) =>
      timed(async () => {
        for (const seconds of [3_600, -3_600]) {
          await setClock(worker, seconds);
          // This is longer than any timer of a session.
          await pause(15);
        }
      }),
  },
  {
    name: "run-full",
    title: "/run full, and bgpd killed",
    limits: nothing,
    inject: onWorker(async (worker) => {
      await using _full = await fillRun(worker.node);
      await worker.kill("bgpd");
      await serving(worker);
    }),
  },
  {
    name: "memory-bgpd",
    title: "bgpd hits its memory limit",
    limits: nothing,
    inject: onWorker(async ({ node }) => exhaustMemory(node, (await frrPids(node)).bgpd!)),
  },
  {
    name: "memory-manager",
    title: "manager hits its memory limit",
    limits: nothing,
    inject: ({ workers: [worker] }) =>
      timed(async () => {
        await exhaustMemory(worker.node, worker.manager.pid);
        await worker.startManager();
        await worker.manager.ready();
      }),
  },
];

const isBoth = (sessions: number | undefined) => sessions === 2;

async function replace(station: Station, signal: "TERM" | "KILL", seconds: number): Promise<void> {
  await Promise.all([station.stopFrr(signal), station.manager.end(signal)]);
  await pause(seconds);
  await station.startManager();
  await station.startFrr();
}

async function cut(underlay: FaultCluster["underlay"], port: string, seconds: number) {
  await underlay.must("ip", "link", "set", "dev", port, "down");
  await pause(seconds);
  await underlay.must("ip", "link", "set", "dev", port, "up");
}

async function serving(station: Station): Promise<void> {
  await eventually(
    () => station.isServing(),
    RESTART_SECONDS,
    async () => `FRR does not serve: ${await station.node.must("tail", "-n20", "/run/frr.log")}`,
  );
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
