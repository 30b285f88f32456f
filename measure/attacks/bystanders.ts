// Twenty LANs of other people, each with a pod on both workers, that talk while a LAN is attacked.
import assert from "node:assert/strict";
import { type Conversation, converse } from "../../shared/process/exec.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { addPod, inPod, type Pod, pod } from "../../tests/fixture/pod.ts";
import talkers from "./talkers.py" with { type: "text" };

const LANS = 20;
const PERIOD_S = 0.05;
const LIMIT_MS = 280_000;

interface Side {
  readonly node: Node;
  readonly pods: readonly { readonly pod: Pod; readonly own: string; readonly peer: string }[];
}

export interface Loss {
  readonly sent: number;
  readonly lost: number;
}

/** Makes the pods. */
export async function addBystanders(nodes: readonly [Node, Node]): Promise<readonly Side[]> {
  const sides = nodes.map((node, side) => ({
    node,
    pods: Array.from({ length: LANS }, (_, at) => {
      const lan = { name: `by${at}`, suffix: "lab", vxlanId: 100 + at };
      const address = (of: number) => `10.1.${at}.${of + 1}`;
      const mac = `02:01:00:00:${at.toString(16).padStart(2, "0")}:0${side + 1}`;
      return {
        pod: pod(`by${at}`, mac, lan),
        own: address(side),
        peer: address(1 - side),
      };
    }),
  }));
  for (const { node, pods } of sides) for (const one of pods) await addPod(node, one.pod, one.own);
  // Nobody waits for ARP.
  for (const [side, { node, pods }] of sides.entries()) {
    for (const [at, { pod, peer }] of pods.entries()) {
      const { mac } = sides[1 - side]!.pods[at]!.pod;
      const neighbour = [peer, "lladdr", mac, "dev", "net0", "nud", "permanent"];
      await inPod(node, pod, "ip", "neighbor", "replace", ...neighbour);
    }
  }
  return sides;
}

/** Has all of them talk until the answer is called, which tells the loss. */
export async function startTalking(sides: readonly Side[]): Promise<() => Promise<Loss>> {
  const ends = sides.map(({ node, pods }): Conversation => {
    const words = pods.flatMap(({ pod, own, peer }) => [`/run/netns/${pod.name}`, own, peer]);
    const argv = [...node.enter, "python3", "-c", talkers, `${PERIOD_S}`, ...words] as const;
    return converse({ argv, timeoutMs: LIMIT_MS })!;
  });
  const tell = (word: string) => Promise.all(ends.map((end) => end.write(`${word}\n`)));
  for (const end of ends) assert.equal(await end.readLine("stdout"), "ready");
  await tell("start");
  return async () => {
    await tell("stop");
    const answers = await Promise.all(ends.map((end) => end.readLine("stdout")));
    await Promise.all(ends.map((end) => end.end()));
    const [[sent, came], [sentBack, cameBack]] = answers.map((line) =>
      JSON.parse(line ?? "") as [number[], number[]]
    ) as [[number[], number[]], [number[], number[]]];
    const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
    const all = sum(sent) + sum(sentBack);
    return { sent: all, lost: all - sum(came) - sum(cameBack) };
  };
}
