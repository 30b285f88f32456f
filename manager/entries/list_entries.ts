// The kernel's forwarding entries that lead to other nodes, one by one.
import { bridgeOf } from "../../shared/lan/lan.ts";
import type { Run } from "../../shared/process/exec.ts";
import { type FdbEntry, parseEntry } from "./entries.ts";
import { listFdbOf, oneListAtATime } from "./list_fdb.ts";

/**
 * Calls `take` with each entry of these LANs, which are named by their VXLAN devices. A LAN that is
 * gone has none.
 * @param netns is asked for a path of their namespace when the list begins
 * @throws {Error} when bridge(8) fails
 */
export async function listEntries(
  run: Run,
  netns: () => string,
  vxlans: readonly string[],
  take: (entry: FdbEntry) => void,
): Promise<void> {
  const bridges = vxlans.map(bridgeOf);
  const takeLine = (line: string) => {
    const entry = parseEntry(line);
    if (entry !== undefined) take(entry);
  };
  await oneListAtATime(() => listFdbOf(run, netns(), bridges, takeLine));
}
