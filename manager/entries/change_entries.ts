// Changes entries of forwarding tables in the LAN namespace, many by one process.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { batch } from "../../shared/iproute2/batch.ts";
import { countFailed } from "../../shared/iproute2/messages.ts";
import { inNetns } from "../../shared/process/netns.ts";
import type { BridgeCommand } from "../../shared/iproute2/words.ts";

/**
 * Runs commands of bridge(8) in a namespace and answers how many were done. A command that was
 * done already, or whose device is gone, stops no other.
 * @throws {Error} when they could not be run
 */
export async function changeEntries(
  netns: string,
  commands: readonly BridgeCommand[],
): Promise<number> {
  const { argv, ...input } = batch("bridge", commands);
  const done = await run({ argv: inNetns(netns, argv), ...input });
  const failed = countFailed(done.stderr);
  const hasRun = done.reason === "success" || done.reason === "exit" && failed > 0;
  if (!hasRun) throw new Error(describe(done));
  return commands.length - failed;
}
