// What the manager needs: with many LANs, and after many calls.
import type { Node } from "../../tests/fixture/cluster.ts";
import { callMany, type Wanted } from "../../tests/fixture/many_calls.ts";
import { childrenOf, LAUNCHER } from "../../tests/fixture/resident_node.ts";
import type { At } from "../progress.ts";
import { addPods, refuseFailures } from "./measure.ts";

/** Memory in MB. */
export interface Usage {
  readonly when: string;
  readonly rssMb: number;
  readonly openFiles: number;
  /** How many `ip` processes the manager has as its children: they wait for calls. */
  readonly spares: number;
}

export async function measureManager(
  node: Node,
  pid: string,
  { calls, lans }: { readonly calls: number; readonly lans: number },
  at: At,
): Promise<Usage[]> {
  await addPods(node.run, ["many"]);
  const each = (verb: string, count: number) =>
    Array.from({ length: count }, (_, at): Wanted => ({
      call: {
        verb,
        container: "many",
        netns: "/run/netns/many",
        ifname: `n${at}`,
        config: { name: `m${at}`, vxlanId: 100_000 + at },
      },
      argv: [LAUNCHER],
    }));
  const make = async (wanted: readonly Wanted[]) =>
    refuseFailures((await callMany(node.run, wanted, 4)).calls, wanted);
  const used = [await usage(node, pid, "at first")];
  for (let made = 0; made < calls; made += 16) {
    at(`${made} of ${calls} calls`);
    await make([...each("ADD", 8), ...each("DEL", 8)]);
  }
  used.push(await usage(node, pid, `after ${calls} more calls`));
  at(`${lans} LANs are made`);
  await make(each("ADD", lans));
  used.push(await usage(node, pid, `with ${lans} LANs`));
  return used;
}

async function usage(node: Node, pid: string, when: string): Promise<Usage> {
  // The last spares and files of the calls go in a moment.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const status = await node.must("cat", `/proc/${pid}/status`);
  const files = await node.must("ls", `/proc/${pid}/fd`);
  return {
    when,
    rssMb: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
    openFiles: files.trimEnd().split("\n").length,
    spares: (await childrenOf(node, pid)).length,
  };
}
