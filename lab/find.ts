// Finds a running lab by its name, and the way into one of its devices or nodes.
import { enterDevice } from "./devices/device.ts";
import { labDirOf, type LabRecord, listLabs, readRecord } from "./lab_record.ts";
import { enter } from "./machines/machine.ts";

/** The directory of the lab of that name, or of the only one there is. Throws when there is none, or no telling which. */
export async function findLabDir(name: string | undefined): Promise<string> {
  const names = await listLabs();
  const wanted = name ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined || !names.includes(wanted)) {
    const which = names.length === 0 ? "no lab is up" : `those that are up: ${names.join(", ")}`;
    throw new Error(
      `Cannot choose a lab: ${name === undefined ? "" : `${name} is not up, `}${which}`,
    );
  }
  return labDirOf(wanted);
}

/** The record of the lab that {@link findLabDir} finds. */
export async function findLab(name: string | undefined): Promise<LabRecord> {
  const record = await readRecord(await findLabDir(name));
  if (record === undefined) throw new Error("Cannot look into the lab: it is only about to start");
  return record;
}

/** The beginning of a command line that runs in a device or, where no device has that name, on a node. */
export function findEntrance(
  { devices, machines }: LabRecord,
  name: string,
): [string, ...string[]] {
  const device = devices.find((one) => one.name === name);
  const machine = machines.find((one) => one.name === (device?.node ?? name));
  if (machine === undefined) {
    const names = [...devices, ...machines].map((one) => one.name).join(", ");
    throw new Error(`Cannot enter ${name}: it is none of ${names}`);
  }
  if (device === undefined) return enter(machine.pid);
  if (device.pid === undefined) throw new Error(`Cannot enter ${name}: it does not run yet`);
  return enterDevice(machine, device.pid);
}
