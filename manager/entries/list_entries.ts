// The kernel's forwarding entries that lead to other nodes.
import { describe } from "../../shared/process/command.ts";
import { inNetns } from "../../shared/process/netns.ts";
import type { Run } from "../../shared/process/exec.ts";
import { type FdbEntry, parseEntry } from "./entries.ts";

/** 100 bytes an entry, for half a million. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/**
 * Lists them in a namespace.
 * @throws {Error} when bridge(8) fails
 */
export async function listEntries(run: Run, netns: string): Promise<FdbEntry[]> {
  const listed = await run({
    argv: inNetns(netns, ["bridge", "fdb", "show"]),
    maxOutputBytes: MAX_LIST_BYTES,
  });
  if (listed.reason !== "success") throw new Error(describe(listed));
  // Line by line: of thousands, few lead to other nodes.
  return listed.stdout.split("\n").flatMap((line) => parseEntry(line) ?? []);
}
