// A node loses its power and comes back: its pods are on their LANs again without anybody's help.
import { eventually } from "../../../tests/fixture/eventually.ts";
import { type NodeName, NODES } from "../cluster.ts";
import { apply, awaitEstablished, EXAMPLE } from "../installation.ts";
import { awaitPing, awaitReady, findSandbox } from "../pods.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { ADDRESSES, EXAMPLE_LABEL, joinExample, leaveExample } from "./network.ts";

export const scenario: Scenario = {
  name: "node-restart",
  title: "a node is killed and started; its pods ping again",
  async run({ cluster, say }: Stage) {
    await apply(cluster, EXAMPLE);
    const pods = await awaitReady(cluster, EXAMPLE_LABEL, 2);
    await joinExample(cluster, pods);
    await awaitPing(cluster, "test-1", ADDRESSES["test-2"]);
    const lost = pods.find(({ metadata }) => metadata.name === "test-2");
    const node = lost?.spec.nodeName as NodeName;
    await cluster.kill(node);
    say(`${node} killed`);
    await cluster.start(node);
    const seconds = await timed(async () => {
      await awaitEstablished(cluster, NODES.length);
      if (cluster.options.multus === "none") {
        await eventually(
          () => lost && findSandbox(cluster, lost).then(() => true, () => false),
          120,
          "test-2 has no sandbox again",
        );
        await joinExample(cluster, lost === undefined ? [] : [lost]);
      }
      await awaitPing(cluster, "test-1", ADDRESSES["test-2"], 180);
    });
    await leaveExample(cluster, pods);
    return { nodeRestartSeconds: seconds };
  },
};
