// Ends what is entering machines from outside.
import { run } from "../../shared/process/exec.ts";
import killEnteringScript from "./kill_entering.sh" with { type: "text" };
import { enter } from "./machine.ts";
import { type Process, selectLiving } from "./processes.ts";

/**
 * Kills what the host has sent into machines. A child that has ended stays in the machine's
 * namespaces until its parent on the host has heard of the end, and a stopped parent does not hear
 * of it.
 */
export async function killEntering(machines: readonly Process[]): Promise<void> {
  const entries = (await selectLiving(machines)).map(({ pid }) => `${enter(pid).join(" ")} `);
  if (entries.length === 0) return;
  await run({ argv: ["sh", "-c", killEnteringScript, "sh", ...entries] });
}
