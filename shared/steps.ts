// Changes as data, and the one executor that runs them in order and takes them back in reverse.
import { type Completed, describe } from "./process/command.ts";
import type { Fault } from "./faults.ts";
import { isMissingDevice } from "./iproute2/messages.ts";
import type { Change } from "./iproute2/commands.ts";

/** One change in one namespace. */
export interface Step {
  /** Path of the namespace it runs in. */
  readonly netns: string;
  readonly change: Change;
  /** What takes it back. */
  readonly undo?: Change;
  /** Path of the namespace that `undo` runs in, where that is another one. */
  readonly undoNetns?: string;
  /** Completes "Cannot ...". */
  readonly why: string;
}

/** Why a plan ended early. */
export interface StepFailure {
  readonly step: Step;
  readonly failure: Completed;
  /** What could not be taken back. */
  readonly undoFailures: readonly Completed[];
}

/** Runs one change; the answer is what went wrong, or undefined. */
export type Apply = (netns: string, change: Change) => Promise<Completed | undefined>;

/**
 * Runs the steps in order. At the first failure all that was done is undone, last first, and the
 * failure is the answer.
 */
export async function execute(
  steps: readonly Step[],
  apply: Apply,
): Promise<StepFailure | undefined> {
  for (const [index, step] of steps.entries()) {
    const failure = await apply(step.netns, step.change);
    if (failure === undefined) continue;
    const done = steps.slice(0, isUndecided(failure) ? index + 1 : index);
    return { step, failure, undoFailures: await undo(done, apply) };
  }
  return undefined;
}

/** A program that was killed may have done its work before it was killed. */
function isUndecided(failure: Completed): boolean {
  return failure.reason === "timeout" || failure.reason === "signal";
}

async function undo(done: readonly Step[], apply: Apply): Promise<Completed[]> {
  const failures: Completed[] = [];
  for (const step of done.toReversed()) {
    if (step.undo === undefined) continue;
    const failure = await apply(step.undoNetns ?? step.netns, step.undo);
    if (failure === undefined || isMissingDevice(failure)) continue;
    failures.push(failure);
    // What hangs once hangs again, and the caller's time is over. The next call completes or
    // removes what is left.
    if (failure.reason === "timeout") break;
  }
  return failures;
}

/** The failure as a fault: `msg` has what could not be done, `details` what the commands said. */
export function faultOf({ step, failure, undoFailures }: StepFailure): Fault {
  const kind = failure.reason === "exit" ? "kernel" : "try-later";
  const said = failure.stderr.trim().split("\n")[0] || describe(failure);
  const details = [
    describe(failure),
    ...undoFailures.map((one) => `and while undoing, ${describe(one)}`),
  ];
  return { kind, msg: `Cannot ${step.why}: ${said}`, details: details.join("; ") };
}
