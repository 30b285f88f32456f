// What a transfer in one LAN loses by a loop in others, and by the VTEP filter.
import { sleep } from "../../shared/process/time.ts";
import { type Node, startCluster } from "../../tests/fixture/cluster.ts";
import { runManagers } from "../../tests/fixture/manager.ts";
import { addPod } from "../../tests/fixture/pod.ts";
import {
  addLoop,
  closeLoop,
  closeRing,
  MALLORY,
  openLoop,
  VICTIM,
} from "../../tests/fixture/loop.ts";
import type { At } from "../progress.ts";
import type { Setup } from "./measure.ts";
import { compare, type Throughput, Transfer } from "./transfer.ts";

export interface Cost {
  readonly name: string;
  /** What is measured, in words. */
  readonly title: string;
  /** What it is called in a sentence that ends with "without the". */
  readonly noun: string;
  /** The least part of the throughput that has to be left. */
  readonly leastPart: number;
  readonly measure: (setup: Setup, at: At) => Promise<Throughput>;
}

export const COSTS: readonly Cost[] = [
  {
    name: "throughput",
    title: "a transfer in one LAN, and a loop through two others, with broadcasts in it",
    noun: "loop",
    leastPart: 0.95,
    measure: (setup, at) => measureLoop(setup, at, closeLoop),
  },
  {
    name: "throughput-known",
    title: "the same, with a hundred frames in it to a known MAC address",
    noun: "loop",
    leastPart: 0.95,
    measure: (setup, at) => measureLoop(setup, at, closeRing),
  },
  {
    name: "filter",
    title: "a transfer between two nodes, and the VTEP filter of both",
    noun: "filter",
    leastPart: 0.97,
    measure: (setup, at) => measureFilter(setup, at),
  },
  {
    name: "filter-tracked",
    title: "the same, where both nodes track connections",
    noun: "filter",
    leastPart: 0.97,
    measure: (setup, at) => measureFilter(setup, at, TRACK),
  },
];

/** The first frames of a loop are a burst, which no limit stops. After so long it is over. */
const BURST_MS = 2_000;
/** What the loop or nft has begun is over after so long. */
const SETTLE_MS = 500;

/** @param close closes the loop, and sends frames into it */
async function measureLoop(
  { env, root }: Setup,
  at: At,
  close: (node: Node) => Promise<void>,
): Promise<Throughput> {
  at("the nodes start");
  await using cluster = await startCluster(root);
  await using _running = await runManagers(cluster, env);
  const [w1, w2] = cluster.workers;
  await addPod(w1, MALLORY);
  await addPod(w2, VICTIM);
  await addLoop(w1);
  await using transfer = await Transfer.start(cluster);
  return await compare(transfer, at, {
    count: 10,
    windowMs: 3_000,
    begin: () => close(w1).then(() => sleep(BURST_MS)),
    end: () => openLoop(w1).then(() => sleep(SETTLE_MS)),
  });
}

const TABLE = ["inet", "megalos"] as const;

/** As kube-proxy does: who asks for a connection's state has the node track all of them. */
const TRACK = `
add table inet other
add chain inet other input { type filter hook input priority 0; policy accept; }
add rule inet other input ct state established accept
`;

/** @param rules what nft is told of each node besides */
async function measureFilter(
  { env, root }: Setup,
  at: At,
  rules?: string,
): Promise<Throughput> {
  at("the nodes start");
  await using cluster = await startCluster(root);
  const nodes = cluster.workers;
  const nft = async (node: Node, stdin: string) => {
    const done = await node.run(["nft", "-f", "-"], { stdin });
    if (done.reason !== "success") throw new Error(`nft failed: ${done.stderr}`);
  };
  if (rules !== undefined) await Promise.all(nodes.map((node) => nft(node, rules)));
  await using running = await runManagers(cluster, env);
  await using transfer = await Transfer.start(cluster);
  const filters = await Promise.all(
    nodes.map((node) => node.must("nft", "list", "table", ...TABLE)),
  );
  // A manager would put back what is taken away.
  for (const { node, pid } of running.workers) await node.must("kill", "-STOP", pid);
  const remove = (node: Node) => node.must("nft", "delete", "table", ...TABLE);
  const restore = (node: Node, at: number) => nft(node, filters[at]!);
  await Promise.all(nodes.map(remove));
  const settle = () => sleep(SETTLE_MS / 2);
  return await compare(transfer, at, {
    count: 140,
    windowMs: 400,
    begin: () => Promise.all(nodes.map(restore)).then(settle),
    end: () => Promise.all(nodes.map(remove)).then(settle),
  });
}
