// Runs a command whose failure, or whose end by force alone, is an error.
import { fail, FaultError } from "../faults.ts";
import { type Command, type Completed, describe } from "./command.ts";
import { type Run, run } from "./exec.ts";

/**
 * Runs a command that has to succeed, and answers how it ended.
 * @param purpose completes "Cannot ..."
 * @param by what runs it, where that is not this process alone
 * @throws {FaultError} "try-later", with the command and what it said
 */
export async function must(purpose: string, command: Command, by: Run = run): Promise<Completed> {
  const done = await by(command);
  if (done.reason === "success") return done;
  return fail("try-later", `Cannot ${purpose}: ${describe(done)}`);
}

/** A program was killed, such as when its time was over: what it has told is a beginning. */
export class CutOff extends FaultError {}

/**
 * Runs a command that may fail, but that has to end by itself: of what a killed program would have
 * printed nothing is known.
 * @param purpose completes "Cannot ..."
 * @throws {CutOff} "try-later"
 */
export async function mustEnd(
  purpose: string,
  command: Command,
  by: Run = run,
): Promise<Completed> {
  const done = await by(command);
  if (done.reason !== "timeout" && done.reason !== "signal") return done;
  throw new CutOff({ kind: "try-later", msg: `Cannot ${purpose}: ${describe(done)}` });
}
