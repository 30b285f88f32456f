// Runs a command whose failure is an error.
import { fail } from "../faults.ts";
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
