// Three workers, a MAC address that moves between two of them, and two pods that talk beside it.
import { run } from "../../shared/process/exec.ts";
import { type Node, plug, startNode, workerAddress } from "../../tests/fixture/cluster.ts";
import { entriesOf } from "../../tests/fixture/lan_netns.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { Manager, workerEnv } from "../../tests/fixture/manager.ts";
import { pingThrough } from "../../tests/fixture/ping.ts";
import { addPod, canReach, pod } from "../../tests/fixture/pod.ts";
import { PC1, startTwoPods } from "../../tests/fixture/two_pods.ts";
import type { At } from "../progress.ts";
import script from "./moves.py" with { type: "text" };

/** Where frames to the address come from: a third node, its old place's node, its new one's. */
export const SENDERS = ["a third node", "the old node", "the new node"] as const;

export interface Moves {
  readonly moves: number;
  /**
   * For each sender, ms from the first frame of the new place to the first one that comes there, as
   * they came.
   */
  readonly followed: Readonly<Record<typeof SENDERS[number], readonly number[]>>;
  /** Of two pods on the same LAN: pings without answer, and all. */
  readonly lost: number;
  readonly sent: number;
  /** Whether every node has the address where it was last, 5 s after the last move. */
  readonly isSettled: boolean;
}

export interface Options {
  readonly moves: number;
  /** Ms from one move to the next. */
  readonly every: number;
  readonly root?: string;
  readonly hints: "on" | "off";
}

/** The address that moves; see moves.py. */
const MAC = "02:00:00:00:00:50";
const SETTLE_SECONDS = 5;
const OTHERS = [3, 4, 5, 6, 7].map((at) => pod(`pc${at}`, `02:00:00:00:00:0${at}`));

export async function measureMoves(
  { moves, every, root, hints }: Options,
  at: At,
): Promise<Moves> {
  at("the nodes start");
  const env = { MEGALOS_MOVE_HINTS: hints };
  await using pods = await startTwoPods(env, root);
  const { reflector, workers: [w1, w2] } = pods.cluster;
  await using w3 = await startNode("w3", root);
  await plug(reflector, w3, workerAddress(2));
  await using manager = await Manager.start(w3, ["worker"], { ...workerEnv(2), ...env });
  await manager.ready();
  const nodes = [w1, w2, w1, w2, w3];
  for (const [at, one] of OTHERS.entries()) {
    await addPod(nodes[at]!, one, `10.0.0.${at + 3}`);
    await eventually(() => canReach(w1, PC1, `10.0.0.${at + 3}`), 20, "no frame passes");
  }
  const namespaces = OTHERS.map(({ name }, at) => pathOf(nodes[at]!, name));
  const argv = ["python3", "-c", script, ...namespaces, "net0", `${moves}`, `${every}`] as const;
  let said = "";
  let moved = 0;
  const heard = (output: string) => {
    moved += output.split("\n").length - 1;
    at(`${moved} of ${moves} moves`);
  };
  const { lost, sent } = await pingThrough(w1, PC1, "10.0.0.2", async () => {
    const done = await run({ argv, timeoutMs: moves * every * 2 + 30_000, heard });
    if (done.reason !== "success") throw new Error(`Cannot move: ${done.stderr}`);
    said = done.stdout;
  });
  const lines = said.trim().split("\n");
  const last = moves % 2 === 1 ? 0 : 1;
  return {
    moves,
    followed: Object.fromEntries(SENDERS.map((sender, at) => [
      sender,
      lines.map((line) => line.split(" ")[at]!).filter((ms) => ms !== "none").map(Number),
    ])) as unknown as Moves["followed"],
    ...{ lost, sent },
    isSettled: await isSettled([w1, w2, w3], last),
  };
}

/** The path of a pod's namespace, as this machine sees it. */
const pathOf = (node: Node, name: string) => `/proc/${node.pid}/root/run/netns/${name}`;

async function isSettled(nodes: readonly Node[], last: number): Promise<boolean> {
  const place = (at: number) =>
    at === last ? / dev mg/ : new RegExp(` dst ${workerAddress(last)} `);
  return await eventually(
    async () => {
      const found = await Promise.all(nodes.map(async (node, at) => {
        return (await entriesOf(node, MAC)).some((line) => place(at).test(line));
      }));
      return found.every(Boolean) && true;
    },
    SETTLE_SECONDS,
    "",
  ).catch(() => false);
}
