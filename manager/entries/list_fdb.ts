// Lists forwarding entries of the LAN namespace, line by line.
import { batch } from "../../shared/iproute2/batch.ts";
import { countFailed, saysListEnded } from "../../shared/iproute2/messages.ts";
import { argvOf, bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { describe } from "../../shared/process/command.ts";
import type { Run } from "../../shared/process/exec.ts";
import { runByLine } from "../../shared/process/lines.ts";
import { inNetns } from "../../shared/process/netns.ts";

/**
 * The kernel starts each part of a list at the table's beginning, so that the time grows with the
 * square of the entries: 500,000 of one LAN take it a minute (Linux 6.18).
 */
export const LISTING_MS = 600_000;

let before: Promise<unknown> = Promise.resolve();

/**
 * One list of many LANs after the other: each part of a list holds up whoever changes a device. A
 * count of single LANs does not wait: where no bridge keeps a limit by itself, it is urgent.
 */
export function oneListAtATime<Result>(list: () => Promise<Result>): Promise<Result> {
  const turn = before.then(list);
  before = turn.catch(() => {});
  return turn;
}

/**
 * Calls `take` with each line that `bridge fdb show` says, when its turn has come.
 * @throws {Error} when it fails
 */
export async function listFdb(
  run: Run,
  take: (line: string) => void,
  question: BridgeCommand = bridge`fdb show`,
): Promise<void> {
  const argv = inNetns(LAN_NETNS, argvOf(question));
  const done = await oneListAtATime(() => runByLine(run, { argv, timeoutMs: LISTING_MS }, take));
  if (done.reason !== "success") throw new Error(describe(done));
}

/**
 * The same of these bridges alone, by one process. A bridge that is gone has no entries.
 * @throws {Error} when bridge(8) fails
 */
export async function listFdbOf(
  run: Run,
  netns: string,
  bridges: readonly string[],
  take: (line: string) => void,
  kind: "dynamic" | "all" = "all",
): Promise<void> {
  const question = (name: string) =>
    kind === "all" ? bridge`fdb show br ${name}` : bridge`fdb show br ${name} dynamic`;
  const { argv, ...input } = batch("bridge", bridges.map(question));
  const command = { argv: inNetns(netns, argv), ...input, timeoutMs: LISTING_MS };
  const listed = await runByLine(run, command, take);
  const isDone = listed.reason === "success" ||
    listed.reason === "exit" && countFailed(listed.stderr) > 0 && !saysListEnded(listed.stderr);
  if (!isDone) throw new Error(describe(listed));
}
