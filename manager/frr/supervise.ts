// Starts FRR's own supervisor where nobody else does; watchfrr then lives apart from the manager.
import { run } from "../../shared/process/exec.ts";
import { must } from "../../shared/process/must.ts";
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

/** Starts watchfrr in a session of its own, unless it answers already. */
export async function startFrr(tell: Tell): Promise<void> {
  if ((await readDaemons(run)).includes("watchfrr")) return;
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
  tell({ kind: "frr-started" });
}

/** Starts FRR again where it has ended and nobody else starts it. */
export class FrrStarter implements Duty {
  readonly name = "start FRR";

  constructor(private readonly tell: Tell) {}

  async look({ daemons }: Observation): Promise<void> {
    if (!daemons.includes("watchfrr")) await startFrr(this.tell);
  }
}

/**
 * Waits until the daemons answer; there is no event to wait for, so they are asked.
 * @returns whether they had to be waited for: then watchfrr is about to give them their
 * configuration
 * @throws {DOMException} "AbortError" when `signal` is given
 */
export async function waitForFrr(tell: Tell, signal: AbortSignal): Promise<boolean> {
  let asked = 0;
  for (; !areUp(await readDaemons(run)); asked++) {
    if (asked === 0) tell({ kind: "frr-awaited" });
    signal.throwIfAborted();
    await sleep(POLL_MS, signal);
  }
  return asked > 0;
}
