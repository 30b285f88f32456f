// Starts FRR's own supervisor where nobody else does; from then on watchfrr lives and dies apart from the manager.
import { must } from "../../shared/process/must.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Log } from "../log.ts";
import { readDaemons } from "./query.ts";
import { START_SCRIPT } from "./start_files.ts";

/** What must answer before FRR can be configured. */
const NEEDED = ["zebra", "bgpd"];
const POLL_MS = 250;

/** True when every daemon that is needed answers. */
export function areUp(daemons: readonly string[]): boolean {
  return NEEDED.every((name) => daemons.includes(name));
}

/** Starts watchfrr in a session of its own, unless it answers already. */
export async function startFrr(log: Log): Promise<void> {
  if ((await readDaemons()).includes("watchfrr")) return;
  await must("start FRR", {
    argv: [
      "setsid",
      "--fork",
      "bash",
      "-c",
      'exec bash "$0" </dev/null >/dev/null 2>&1',
      START_SCRIPT,
    ],
  });
  log("info", "FRR started under watchfrr");
}

/** Waits until the daemons answer; there is no event to wait for, so they are asked.
 * @throws {DOMException} "AbortError" when `signal` is given */
export async function waitForFrr(log: Log, signal: AbortSignal): Promise<void> {
  for (let asked = 0; !areUp(await readDaemons()); asked++) {
    if (asked === 0) log("info", "waiting for FRR's daemons");
    signal.throwIfAborted();
    await sleep(POLL_MS, signal);
  }
}
