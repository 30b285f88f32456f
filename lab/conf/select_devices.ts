// Makes a lab of some of another lab's devices.
import type { Lab } from "./read_lab.ts";

/**
 * Answers the lab with only the devices of these names, or the whole lab for no names. Throws for a
 * name that no device of the lab has.
 */
export function selectDevices(lab: Lab, names: readonly string[]): Lab {
  if (names.length === 0) return lab;
  const all = lab.devices.map(({ name }) => name);
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    const what = unknown.length === 1 ? "it is no device" : "they are no devices";
    throw new Error(
      `Cannot start ${unknown.join(", ")}: ${what} of ${lab.dir}, which has ${all.join(", ")}`,
    );
  }
  return {
    ...lab,
    devices: lab.devices.filter(({ name }) => names.includes(name)).map((device) => ({
      ...device,
      after: device.after.filter((name) => names.includes(name)),
    })),
    expectations: lab.expectations.filter(({ device }) => names.includes(device)),
  };
}
