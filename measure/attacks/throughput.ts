// What a loop in one LAN costs a transfer in another: its throughput with the loop and without it.
import { sleep } from "../../shared/process/time.ts";
import { converse } from "../../shared/process/exec.ts";
import { startCluster } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { runManagers } from "../../tests/fixture/manager.ts";
import { addPod, canReach, pod } from "../../tests/fixture/pod.ts";
import { addLoop, closeLoop, MALLORY, openLoop } from "./loop.ts";
import transfer from "./transfer.py" with { type: "text" };

/** In turn without and with the loop, so that what else the machine does counts for both. */
const TURNS = 10;
const WINDOW_MS = 3_000;
/** What the loop has begun is over after so long. */
const SETTLE_MS = 500;
/** The first frames of a loop are a burst, which no limit stops. After so long it is over. */
const BURST_MS = 2_000;
const LIMIT_MS = 280_000;

const LAN = { name: "fast", suffix: "lab", vxlanId: 70 };
const [SENDER, RECEIVER] = [
  pod("sender", "02:03:00:00:00:01", LAN),
  pod("receiver", "02:03:00:00:00:02", LAN),
];
const ADDRESS = "10.3.0.2";

export interface Throughput {
  /** Medians of all turns, Mbit/s. */
  readonly without: number;
  readonly with: number;
  /** The median of each turn's throughput with the loop, as a part of that around it. */
  readonly part: number;
}

export async function measureThroughput(
  env: Readonly<Record<string, string>> = {},
): Promise<Throughput> {
  await using cluster = await startCluster();
  await using _running = await runManagers(cluster, env);
  const [w1, w2] = cluster.workers;
  await addPod(w1, SENDER, "10.3.0.1");
  await addPod(w2, RECEIVER, ADDRESS);
  await addPod(w1, MALLORY);
  await addPod(w2, { ...MALLORY, name: "victim", mac: "02:00:00:00:00:0c" });
  await addLoop(w1);
  await eventually(() => canReach(w1, SENDER, ADDRESS), 30, "no frame passes");
  const start = (node: typeof w1, { name }: typeof SENDER, role: string) =>
    converse({
      // deno-fmt-ignore
      argv: [...node.enter, "nsenter", `--net=/run/netns/${name}`,
        "python3", "-I", "-S", "-c", transfer, role, ADDRESS],
      timeoutMs: LIMIT_MS,
    })!;
  const receiver = start(w2, RECEIVER, "receive");
  await receiver.readLine("stdout");
  const sender = start(w1, SENDER, "send");
  const read = async () => {
    await receiver.write("\n");
    return JSON.parse(await receiver.readLine("stdout") ?? "") as [bytes: number, seconds: number];
  };
  const measure = async () => {
    const [bytes, from] = await read();
    await sleep(WINDOW_MS);
    const [all, to] = await read();
    return (all - bytes) * 8 / 1e6 / (to - from);
  };
  await sleep(WINDOW_MS);
  const without = [await measure()];
  const loop: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    await closeLoop(w1);
    await sleep(BURST_MS);
    loop.push(await measure());
    await openLoop(w1);
    await sleep(SETTLE_MS);
    without.push(await measure());
  }
  sender.kill();
  await Promise.all([sender.end(), receiver.end()]);
  const parts = loop.map((one, at) => one / ((without[at]! + without[at + 1]!) / 2));
  return { without: median(without), with: median(loop), part: median(parts) };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
