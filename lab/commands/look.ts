// The commands `lab ps` and `lab logs`: what is known of a lab that is up.
import type { Command } from "commander";
import { listInterfaces } from "../report/report.ts";
import { renderInterfaces } from "../report/table.ts";
import { findLab } from "../running/find.ts";
import { planLogs } from "../running/logs.ts";
import { type Json, type Named, namedCommand } from "./arguments.ts";
import { runAttended, type Session, toJson } from "./terminal.ts";

export function addPs(program: Command, { print, palette }: Session): void {
  namedCommand(program, "ps", "list the devices of a lab that is up")
    .option("--json", "print JSON", false)
    .option("-q, --quiet", "print the names of the devices only", false)
    .action(async ({ name, json, quiet }: Named & Json & { readonly quiet: boolean }) => {
      const { devices } = (await findLab(name)).record;
      if (quiet) return devices.forEach((device) => print(device.name));
      const rows = listInterfaces(devices);
      print(json ? toJson(rows) : renderInterfaces(rows, palette));
    });
}

export function addLogs(program: Command, terminal: Session): void {
  const description = "print what the startup of a device has said, or the services of a node";
  namedCommand(program, "logs", description)
    .argument("<device>")
    .option("-f, --follow", "go on with what is said from now on", false)
    .action(async (device: string, { name, follow }: Named & { readonly follow: boolean }) => {
      const lab = await findLab(name);
      await runAttended({ terminal, ...planLogs(lab.name, lab.record, device, follow) });
    });
}
