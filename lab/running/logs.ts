// Finds what a device's startup and a node's services have said.
import type { Command } from "../../shared/process/command.ts";
import { SWITCH } from "../cluster/underlay.ts";
import { STARTUP_LOGS } from "../devices/startup.ts";
import { labDirOf } from "../record.ts";
import { findDevice, findEntry, findNode, type FoundLab } from "./find.ts";

/** Plans the command that prints the logs. With `follow` the command goes on until it is ended. */
export async function planLogs(
  lab: FoundLab,
  machine: string,
  follow: boolean,
): Promise<Pick<Command, "argv" | "env">> {
  const { name, record } = lab;
  const options = ["--lines=+1", ...(follow ? ["--follow"] : [])];
  if (findDevice(record, machine) !== undefined) {
    const { argv, env } = await findEntry(lab, machine);
    return { argv: [...argv, "tail", "--quiet", ...options, ...STARTUP_LOGS], env };
  }
  // The logs of a node outlive the node.
  const node = findNode(record, machine).name;
  if (node === SWITCH) {
    throw new Error(`Cannot show the logs of ${machine}: it joins the nodes and runs no service`);
  }
  const logs = ["frr", "manager"].map((service) => `${labDirOf(name)}/logs/${node}-${service}.log`);
  return { argv: ["tail", "--verbose", ...options, ...logs] };
}
