// Starts FRR's own supervisor where nobody else does; watchfrr then lives apart from the manager.
import { type Run, run as runHere } from "../../shared/process/exec.ts";
import { CutOff, must } from "../../shared/process/must.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import { readDaemons } from "./query.ts";
import { START_SCRIPT } from "./start_files.ts";

/** What must answer before FRR can be configured. */
const NEEDED = ["zebra", "bgpd"];
const POLL_MS = 250;

/** True when every daemon that is needed answers. */
export function areUp(daemons: readonly string[]): boolean {
  return NEEDED.every((name) => daemons.includes(name));
}

/**
 * Starts watchfrr in a session of its own, unless it answers already.
 * @throws {CutOff} when FRR does not answer in time: a watchfrr that hangs is there
 */
export async function startFrr(tell: Tell, by: Run = runHere): Promise<void> {
  if ((await readDaemons(by)).includes("watchfrr")) return;
  await must("start FRR", {
    argv: [
      "setsid",
      "--fork",
      "bash",
      "-c",
      'exec bash "$0" </dev/null >/dev/null 2>&1',
      START_SCRIPT,
    ],
  }, by);
  tell({ kind: "frr-started" });
}

/** Starts FRR again where it has ended and nobody else starts it. */
export class FrrStarter implements Duty {
  readonly name = "start FRR";

  constructor(private readonly tell: Tell, private readonly run: Run = runHere) {}

  async look({ daemons }: Observation): Promise<void> {
    if (!daemons.includes("watchfrr")) await startFrr(this.tell, this.run);
  }
}

/**
 * The same at the manager's start: an FRR that hangs is waited for.
 * @throws {DOMException} "AbortError" when `signal` is given
 */
export async function startFrrFirst(
  tell: Tell,
  signal: AbortSignal,
  by: Run = runHere,
): Promise<void> {
  await poll(async () => (await startFrr(tell, by), true), tell, signal);
}

/**
 * Waits until the daemons answer.
 * @returns whether they had to be waited for: then watchfrr is about to give them their
 * configuration
 * @throws {DOMException} "AbortError" when `signal` is given
 */
export function waitForFrr(tell: Tell, signal: AbortSignal, by: Run = runHere): Promise<boolean> {
  return poll(async () => areUp(await readDaemons(by)), tell, signal);
}

/**
 * Asks FRR until it is so, for there is no event to wait for.
 * @returns whether it was not so at once
 */
async function poll(
  isSo: () => Promise<boolean>,
  tell: Tell,
  signal: AbortSignal,
): Promise<boolean> {
  let asked = 0;
  for (; !await isSo().catch(unlessCutOff); asked++) {
    if (asked === 0) tell({ kind: "frr-awaited" });
    signal.throwIfAborted();
    await sleep(POLL_MS, signal);
  }
  return asked > 0;
}

function unlessCutOff(error: unknown): false {
  if (error instanceof CutOff) return false;
  throw error;
}
