// The commands `lab restart` and `lab down`: changes to a lab that is up.
import type { Command } from "commander";
import { labDirOf, listLabs, readRecord } from "../record.ts";
import { chooseLab, findLab } from "../running/find.ts";
import { restart } from "../running/restart.ts";
import { endLab, shutDownAll } from "../running/take_down.ts";
import { type Named, namedCommand } from "./arguments.ts";
import type { Session } from "./terminal.ts";

export function addRestart(program: Command, { log }: Session): void {
  namedCommand(program, "restart", "start a device anew, as the lab's folder has it now")
    .argument("<device>")
    .action(async (device: string, { name }: Named) => {
      const lab = await findLab(name);
      await restart(lab.name, lab.record, device, log);
    });
}

export function addDown(program: Command, { log, end }: Session): void {
  namedCommand(program, "down", "take a lab down, also one whose start was killed")
    .action(async ({ name }: Named) => {
      if (name === undefined && (await listLabs()).length === 0) return log("No lab is up.");
      const labDir = labDirOf(await chooseLab(name));
      const record = await readRecord(labDir);
      const ok = record === undefined || await shutDownAll(record, log);
      await endLab(labDir, record);
      end(ok ? 0 : 1);
    });
}
