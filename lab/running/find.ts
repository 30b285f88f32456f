// Finds a running lab by its name or folder, and the way into one of its devices or nodes.
import { PROGRAM_DIRS } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { CNI_BIN_DIR, GUARD, NODE_PROGRAMS } from "../cluster/node.ts";
import { SWITCH } from "../cluster/underlay.ts";
import { type Entry, entryOf, STOPPABLE, UNSTOPPABLE } from "../devices/entry.ts";
import { enter } from "../machines/machine.ts";
import { selectLiving } from "../machines/processes.ts";
import { labDirOf, type LabRecord, listLabs, readRecord } from "../record.ts";

/** How a user says which lab is meant. */
export interface Wanted {
  readonly name?: string | undefined;
  /** Absolute path of the lab's folder. */
  readonly directory?: string | undefined;
  /** The user's own folder. */
  readonly cwd: string;
}

export interface FoundLab {
  readonly name: string;
  readonly record: LabRecord;
}

/**
 * Chooses the lab of that name or of that folder. Without these it chooses the lab of the user's
 * own folder, or else the only lab that is up. Throws when there is no such lab, or more than one.
 */
export async function chooseLab({ name, directory, cwd }: Wanted): Promise<string> {
  const names = await listLabs();
  if (name !== undefined && names.includes(name)) return name;
  if (name !== undefined) refuse(`${name} is not up, `, names);
  const here = await selectByFolder(names, directory ?? cwd);
  if (here.length === 1) return here[0]!;
  if (directory !== undefined && here.length === 0) {
    refuse(`that in ${directory} is not up, `, names);
  }
  if (here.length > 1) refuse("its folder has several, --name says which, ", here);
  if (names.length !== 1) refuse(names.length === 0 ? "" : "--name says which, ", names);
  return names[0]!;
}

function refuse(why: string, names: readonly string[]): never {
  const which = names.length === 0 ? "no lab is up" : `those that are up: ${names.join(", ")}`;
  throw new Error(`Cannot choose a lab: ${why}${which}`);
}

async function selectByFolder(names: readonly string[], folder: string): Promise<string[]> {
  const own = await Deno.realPath(folder).catch(() => folder);
  const selected: string[] = [];
  for (const name of names) {
    // A damaged record is reported when its own lab is looked into, not when another lab is meant.
    const record = await readRecord(labDirOf(name)).catch(() => undefined);
    if (record === undefined) continue;
    if (await Deno.realPath(record.dir).catch(() => record.dir) === own) selected.push(name);
  }
  return selected;
}

/** The lab that {@link chooseLab} chooses. */
export async function findLab(wanted: Wanted): Promise<FoundLab> {
  const name = await chooseLab(wanted);
  const record = await readRecord(labDirOf(name));
  if (record === undefined) throw new Error("Cannot look into the lab: it is only about to start");
  return { name, record };
}

/** A prefix of a node's name, for where a device may have the same name. */
const NODE_PREFIX = "node:";

/** The device of a name; undefined for the name of a node, with or without `node:` before it. */
export function findDevice({ devices }: LabRecord, name: string) {
  return devices.find((one) => one.name === name);
}

/** The machine of a node's name. Throws for a name that no machine has. */
export function findNode({ devices, machines }: LabRecord, name: string) {
  const node = name.startsWith(NODE_PREFIX) ? name.slice(NODE_PREFIX.length) : name;
  const machine = machines.find((one) => one.name === node);
  if (machine !== undefined) return machine;
  const names = [...devices, ...machines].map((one) => one.name).join(", ");
  throw new Error(`Cannot enter ${name}: it is none of ${names}`);
}

/**
 * The way into a device or, where no device has that name, into a node, and the shell to use there.
 * Throws when neither exists, or when the one found has ended.
 */
export async function findEntry(
  lab: FoundLab,
  name: string,
): Promise<Entry & { readonly shell: string }> {
  const { record } = lab;
  const device = findDevice(record, name);
  const machine = findNode(record, device?.node ?? name);
  if ((await selectLiving([machine])).length === 0) {
    const who = device === undefined ? "it" : `its node ${machine.name}`;
    throw new Error(`Cannot enter ${name}: ${who} has ended; \`lab down\` takes the rest down`);
  }
  if (device === undefined) {
    // A user of the node can call the manager and the plugin by name, and here it is the same.
    const PATH = [NODE_PROGRAMS, CNI_BIN_DIR, ...PROGRAM_DIRS].join(":");
    return {
      argv: [...UNSTOPPABLE, ...enter(machine.pid), ...STOPPABLE],
      env: { HOME: "/root", USER: "root", PATH },
      shell: "/bin/bash",
    };
  }
  if (device.pid === undefined) throw new Error(`Cannot enter ${name}: it does not run yet`);
  const alive = await run({ argv: [...enter(machine.pid), "kill", "-0", `${device.pid}`] });
  if (alive.reason !== "success") {
    const why = await readEnd(lab, machine.name, device.pid);
    throw new Error(
      `Cannot enter ${name}: it has ended${why}; \`lab restart ${name}\` starts it anew`,
    );
  }
  return { ...entryOf(machine, device.pid, device), shell: device.shell };
}

/** Says why the lab itself has ended a device; see guard_shared.pl. Otherwise this says nothing. */
async function readEnd({ name }: FoundLab, node: string, pid: number): Promise<string> {
  const log = await Deno.readTextFile(`${labDirOf(name)}/logs/${node}-${GUARD}.log`)
    .catch(() => "");
  const why = log.split("\n").find((line) => line.startsWith(`${pid} `));
  return why === undefined ? "" : `: ${why.slice(`${pid} `.length)}`;
}

/** Names of devices that are names of nodes as well. */
export function listAmbiguous(devices: readonly string[], nodes: readonly string[]): string[] {
  return devices.filter((name) => [...nodes, SWITCH].includes(name));
}
