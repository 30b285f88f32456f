// What a node's programs have of its memory.
import { sleep } from "../shared/process/time.ts";
import type { Node } from "../tests/fixture/cluster.ts";

/** MB by program: manager, bgpd and zebra. */
export type Memory = Readonly<Record<string, number>>;

export async function readMemory(node: Node): Promise<Memory> {
  const { stdout } = await node.run(["ps", "-e", "-o", "comm=,rss="]);
  const found = stdout.matchAll(/^(manager|bgpd|zebra) +(\d+)$/gm);
  return Object.fromEntries(
    [...found].map(([, name = "", kb]) => [name, Math.round(Number(kb) / 1024)]),
  );
}

/** Looks each second, until it is called: then it answers the most of whichever node. */
export function watchMemory(nodes: readonly Node[]): () => Promise<Memory> {
  const most: Record<string, number> = {};
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      for (const node of nodes) {
        for (const [name, mb] of Object.entries(await readMemory(node))) {
          most[name] = Math.max(most[name] ?? 0, mb);
        }
      }
      await sleep(1_000);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return most;
  };
}
