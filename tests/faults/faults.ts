// The faults: what happens to which node, and what it may cost.
import { eventually } from "../fixture/eventually.ts";
import type { FaultCluster } from "./fault_cluster.ts";
import type { Station } from "./station.ts";

/** What a fault may cost: a reflector's nothing, a worker's only the way to it, and an underlay's both ways, as long as it lasts. */
export type Goal = "nothing" | "towards" | "both";

export interface Fault {
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly goal: Goal;
  /** Makes it happen, and answers when it is over: for how long (ms) what it hit was away. */
  readonly inject: (cluster: FaultCluster) => Promise<number>;
}

const RESTART_SECONDS = 30;

const killOnWorker = (...daemons: string[]): Fault["inject"] => ({ workers: [worker] }) =>
  timed(async () => {
    await worker.kill(...daemons);
    await serving(worker);
  });

export const FAULTS: readonly Fault[] = [
  {
    name: "manager",
    title: "manager killed",
    goal: "nothing",
    inject: ({ workers: [worker] }) =>
      timed(async () => {
        await worker.manager.end("KILL");
        await worker.startManager();
        await worker.manager.ready();
      }),
  },
  { name: "bgpd", title: "bgpd killed", goal: "towards", inject: killOnWorker("bgpd") },
  { name: "zebra", title: "zebra killed", goal: "towards", inject: killOnWorker("zebra") },
  {
    name: "zebra-bgpd",
    title: "zebra and bgpd killed",
    goal: "towards",
    inject: killOnWorker("zebra", "bgpd"),
  },
  {
    name: "upgrade",
    title: "pod upgraded: all stopped, started anew 3 s later",
    goal: "towards",
    inject: ({ workers: [worker] }) =>
      timed(async () => {
        await Promise.all([worker.stopFrr("TERM"), worker.manager.end("TERM")]);
        await pause(3);
        await worker.startManager();
        await worker.startFrr();
        await serving(worker);
      }),
  },
  {
    name: "container",
    title: "FRR's container killed, started anew 3 s later",
    goal: "towards",
    inject: ({ workers: [worker] }) =>
      timed(async () => {
        await worker.stopFrr("KILL");
        await pause(3);
        await worker.startFrr();
        await serving(worker);
      }),
  },
  {
    name: "reflector",
    title: "one of two reflectors killed for 20 s",
    goal: "nothing",
    inject: ({ reflectors: [reflector] }) => timed(() => replace(reflector, "KILL", 20)),
  },
  {
    name: "reflectors",
    title: "both reflectors replaced, one after the other",
    goal: "nothing",
    inject: ({ reflectors, workers }) =>
      timed(async () => {
        for (const reflector of reflectors) {
          await replace(reflector, "TERM", 2);
          await eventually(
            async () => (await Promise.all(workers.map((one) => one.sessions()))).every(isBoth),
            RESTART_SECONDS,
            "workers are not in session with both reflectors",
          );
        }
      }),
  },
  {
    name: "reflector-link",
    title: "one reflector's link cut for 20 s",
    goal: "nothing",
    inject: ({ underlay }) => timed(() => cut(underlay, "rr2", 20)),
  },
  {
    name: "underlay-5",
    title: "worker's underlay cut for 5 s",
    goal: "both",
    inject: ({ underlay }) => timed(() => cut(underlay, "w1", 5)),
  },
  {
    name: "underlay-30",
    title: "worker's underlay cut for 30 s",
    goal: "both",
    inject: ({ underlay }) => timed(() => cut(underlay, "w1", 30)),
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
