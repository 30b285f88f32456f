// A transfer by TCP from a pod of one node to one of the other, and what something costs it.
import { type Conversation, converse } from "../../shared/process/exec.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Cluster, Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { addPod, canReach, pod } from "../../tests/fixture/pod.ts";
import type { At } from "../progress.ts";
import script from "./transfer.py" with { type: "text" };

/** After so long the transfer runs at its full speed. */
const START_MS = 3_000;
const LIMIT_MS = 280_000;

const LAN = { name: "fast", suffix: "lab", vxlanId: 70 };
const [SENDER, RECEIVER] = [
  pod("sender", "02:03:00:00:00:01", LAN),
  pod("receiver", "02:03:00:00:00:02", LAN),
];
const ADDRESS = "10.3.0.2";

/** The throughput of a transfer with something and without it. */
export interface Throughput {
  /** Medians of all turns, Mbit/s. */
  readonly without: number;
  readonly with: number;
  /** The median of each turn's throughput with it, as a part of that around it. */
  readonly part: number;
}

/** A transfer that goes on until it is disposed of. */
export class Transfer implements AsyncDisposable {
  private constructor(
    private readonly sender: Conversation,
    private readonly receiver: Conversation,
  ) {}

  /** Adds a pod to each worker, and answers when the transfer runs at its full speed. */
  static async start({ workers: [w1, w2] }: Cluster): Promise<Transfer> {
    await addPod(w1, SENDER, "10.3.0.1");
    await addPod(w2, RECEIVER, ADDRESS);
    await eventually(() => canReach(w1, SENDER, ADDRESS), 30, "no frame passes");
    const start = (node: Node, { name }: typeof SENDER, role: string) =>
      converse({
        // deno-fmt-ignore
        argv: [...node.enter, "nsenter", `--net=/run/netns/${name}`,
          "python3", "-I", "-S", "-c", script, role, ADDRESS],
        timeoutMs: LIMIT_MS,
      })!;
    const receiver = start(w2, RECEIVER, "receive");
    await receiver.readLine("stdout");
    const transfer = new Transfer(start(w1, SENDER, "send"), receiver);
    await sleep(START_MS);
    return transfer;
  }

  /** Its throughput in the next `ms`, Mbit/s. */
  async measure(ms: number): Promise<number> {
    const [bytes, from] = await this.#read();
    await sleep(ms);
    const [all, to] = await this.#read();
    return (all - bytes) * 8 / 1e6 / (to - from);
  }

  async #read(): Promise<[bytes: number, seconds: number]> {
    await this.receiver.write("\n");
    return JSON.parse(await this.receiver.readLine("stdout") ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sender.kill();
    await Promise.all([this.sender.end(), this.receiver.end()]);
  }
}

interface Turns {
  readonly count: number;
  /** How long each measurement takes. */
  readonly windowMs: number;
  /** Begins what costs something, and answers when that has settled. */
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

/**
 * What something costs a transfer. It is begun and ended in turn, so that what else the machine
 * does counts for both.
 */
export async function compare(
  transfer: Transfer,
  at: At,
  { count, windowMs, begin, end }: Turns,
): Promise<Throughput> {
  const without = [await transfer.measure(windowMs)];
  const during: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    at(`turn ${turn + 1} of ${count}`);
    await begin();
    during.push(await transfer.measure(windowMs));
    await end();
    without.push(await transfer.measure(windowMs));
  }
  const parts = during.map((one, at) => one / ((without[at]! + without[at + 1]!) / 2));
  return { without: median(without), with: median(during), part: median(parts) };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
