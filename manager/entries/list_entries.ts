// The kernel's forwarding entries that lead to other nodes, one by one.
import { describe } from "../../shared/process/command.ts";
import { runByLine } from "../../shared/process/lines.ts";
import { inNetns } from "../../shared/process/netns.ts";
import type { Run } from "../../shared/process/exec.ts";
import { batch } from "../../shared/iproute2/batch.ts";
import { countFailed } from "../../shared/iproute2/messages.ts";
import { bridge } from "../../shared/iproute2/words.ts";
import { type FdbEntry, parseEntry } from "./entries.ts";
import { LISTING_MS } from "./list_fdb.ts";

/**
 * Calls `take` with each entry of these LANs, which are named by their VXLAN devices. A LAN that is
 * gone has none.
 * @throws {Error} when bridge(8) fails
 */
export async function listEntries(
  run: Run,
  netns: string,
  vxlans: readonly string[],
  take: (entry: FdbEntry) => void,
): Promise<void> {
  const { argv, ...input } = batch("bridge", vxlans.map((name) => bridge`fdb show br kt-${name}`));
  const command = { argv: inNetns(netns, argv), ...input, timeoutMs: LISTING_MS };
  const listed = await runByLine(run, command, (line) => {
    const entry = parseEntry(line);
    if (entry !== undefined) take(entry);
  });
  const isDone = listed.reason === "success" ||
    listed.reason === "exit" && countFailed(listed.stderr) > 0;
  if (!isDone) throw new Error(describe(listed));
}
