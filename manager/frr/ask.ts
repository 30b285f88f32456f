// Asks FRR by vtysh, whose answer counts only where vtysh has ended by itself.
import type { Command, Completed } from "../../shared/process/command.ts";
import type { Run } from "../../shared/process/exec.ts";
import { mustEnd } from "../../shared/process/must.ts";

/**
 * Runs vtysh, which fails where a daemon is away.
 * @throws {CutOff} when it was killed: a daemon that hangs says nothing, not even that it is away
 */
export function askFrr(run: Run, command: Command): Promise<Completed> {
  return mustEnd("ask FRR", command, run);
}
