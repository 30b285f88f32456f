// Finds what a device's startup has said, and what a node's services have.
import type { Command } from "../../shared/process/command.ts";
import { STARTUP_LOGS } from "../devices/startup.ts";
import { findEntry } from "./find.ts";
import { labDirOf, type LabRecord } from "../record.ts";

/** The command that prints them; with `follow` it goes on until it is ended. */
export function planLogs(
  name: string,
  record: LabRecord,
  machine: string,
  follow: boolean,
): Pick<Command, "argv" | "env"> {
  const options = ["--lines=+1", ...(follow ? ["--follow"] : [])];
  if (record.devices.some((device) => device.name === machine)) {
    const { argv, env } = findEntry(record, machine);
    return { argv: [...argv, "tail", "--quiet", ...options, ...STARTUP_LOGS], env };
  }
  // Throws for what is no node either.
  findEntry(record, machine);
  const logs = ["frr", "manager"].map((service) =>
    `${labDirOf(name)}/logs/${machine}-${service}.log`
  );
  return { argv: ["tail", "--verbose", ...options, ...logs] };
}
