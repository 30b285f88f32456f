// What processes have used of a processor.
import type { Node } from "../tests/fixture/cluster.ts";

/** USER_HZ, which is 100 on every architecture of Linux here. */
const TICKS_PER_SECOND = 100;

/** In ms: user and system time of a process and of its children that have ended. */
export async function cpuMsOf(node: Node, pid: string): Promise<number> {
  const [own, children] = parseCpuMs(await node.must("cat", `/proc/${pid}/stat`));
  return own + children;
}

/** In ms, of a line of /proc/PID/stat (proc(5)): the process's own, and its ended children's. */
export function parseCpuMs(stat: string): readonly [own: number, children: number] {
  // The program's name may have blanks in it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ms = (at: number) => Number(fields[at] ?? 0) * 1_000 / TICKS_PER_SECOND;
  return [ms(11) + ms(12), ms(13) + ms(14)];
}
