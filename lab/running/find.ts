// Finds a running lab by its name, and the way into one of its devices or nodes.
import { type Entry, entryOf } from "../devices/entry.ts";
import { labDirOf, type LabRecord, listLabs, readRecord } from "../record.ts";
import { enter } from "../machines/machine.ts";

/** The name itself, or that of the only lab there is. Throws when there is none of that name, or no telling which. */
export async function chooseLab(name: string | undefined): Promise<string> {
  const names = await listLabs();
  const wanted = name ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined || !names.includes(wanted)) {
    const which = names.length === 0 ? "no lab is up" : `those that are up: ${names.join(", ")}`;
    throw new Error(
      `Cannot choose a lab: ${name === undefined ? "" : `${name} is not up, `}${which}`,
    );
  }
  return wanted;
}

/** The lab that {@link chooseLab} chooses. */
export async function findLab(
  wanted: string | undefined,
): Promise<{ name: string; record: LabRecord }> {
  const name = await chooseLab(wanted);
  const record = await readRecord(labDirOf(name));
  if (record === undefined) throw new Error("Cannot look into the lab: it is only about to start");
  return { name, record };
}

/** The way into a device or, where no device has that name, into a node; with the shell to use there. */
export function findEntry(
  { devices, machines }: LabRecord,
  name: string,
): Entry & { shell: string } {
  const device = devices.find((one) => one.name === name);
  const machine = machines.find((one) => one.name === (device?.node ?? name));
  if (machine === undefined) {
    const names = [...devices, ...machines].map((one) => one.name).join(", ");
    throw new Error(`Cannot enter ${name}: it is none of ${names}`);
  }
  if (device === undefined) {
    return { argv: enter(machine.pid), env: { HOME: "/root", USER: "root" }, shell: "/bin/bash" };
  }
  if (device.pid === undefined) throw new Error(`Cannot enter ${name}: it does not run yet`);
  return { ...entryOf(machine, device.pid, device), shell: device.shell };
}
