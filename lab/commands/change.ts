// The commands `lab restart` and `lab down`: changes to a lab that is up.
import type { Command } from "commander";
import { labDirOf, type LabRecord, listLabs, readRecord } from "../record.ts";
import { plural } from "../report/table.ts";
import { chooseLab, findLab } from "../running/find.ts";
import { restart } from "../running/restart.ts";
import { endLab, shutDownAll } from "../running/take_down.ts";
import { findNamed, type Named, namedCommand } from "./arguments.ts";
import type { Session } from "./terminal.ts";

export function addRestart(program: Command, terminal: Session): void {
  const description = "start devices anew, all or those named, as the lab's folder has them now";
  namedCommand(program, terminal, "restart", description)
    .alias("lrestart")
    .argument("[device...]")
    .action(async (devices: string[], named: Named) => {
      const { name, record } = await findNamed(named, terminal);
      const all = devices.length === 0 ? record.devices.map((device) => device.name) : devices;
      for (const device of all) {
        // The restart before this one may have changed the record.
        const lab = await findLab({ name, cwd: terminal.cwd });
        await restart(lab, device, terminal.log);
        terminal.log(`${device} was restarted`);
      }
    });
}

interface DownOptions extends Named {
  readonly all: boolean;
}

export function addDown(program: Command, terminal: Session): void {
  const { log, warn, env, cwd, end } = terminal;
  namedCommand(program, terminal, "down", "take a lab down, also one whose start was killed")
    .alias("lclean")
    .option("-a, --all", "all labs that are up", false)
    .action(async ({ all, name = env.LAB_NAME, directory }: DownOptions) => {
      const labs = await listLabs();
      const isAnyMeant = name === undefined && directory === undefined;
      if (labs.length === 0 && (all || isAnyMeant)) return warn("No lab is up.");
      const wanted = all ? labs : [await chooseLab({ name, directory, cwd })];
      const results: boolean[] = [];
      for (const lab of wanted) results.push(await takeDown(lab, log));
      end(results.every(Boolean) ? 0 : 1);
    });
}

/** Takes a lab down and says what has ended. Answers whether all went well. */
async function takeDown(name: string, log: (line: string) => void): Promise<boolean> {
  const labDir = labDirOf(name);
  const record = await readRecord(labDir);
  const ok = record === undefined || await shutDownAll(record, log);
  await endLab(labDir, record, log);
  log(`${name} is down${record === undefined ? "" : `: ${describe(record)}`}`);
  return ok;
}

function describe({ devices, machines }: LabRecord): string {
  return `${plural(devices.length, "device")} and ${plural(machines.length, "machine")} have ended`;
}
