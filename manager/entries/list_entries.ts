// The kernel's forwarding entries that lead to other nodes.
import { describe } from "../../shared/process/command.ts";
import { inNetns } from "../../shared/process/netns.ts";
import type { Run } from "../../shared/process/exec.ts";
import { type FdbEntry, parseEntry } from "./entries.ts";

/** An entry takes 100 bytes, so this is enough for half a million. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/**
 * Lists the entries of a namespace.
 * @throws {Error} when bridge(8) fails
 */
export async function listEntries(run: Run, netns: string): Promise<FdbEntry[]> {
  const listed = await run({
    argv: inNetns(netns, ["bridge", "fdb", "show"]),
    maxOutputBytes: MAX_LIST_BYTES,
  });
  if (listed.reason !== "success") throw new Error(describe(listed));
  // The list is read line by line: of thousands of entries, few lead to other nodes.
  return listed.stdout.split("\n").flatMap((line) => parseEntry(line) ?? []);
}
