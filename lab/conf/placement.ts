// Decides which worker each device runs on.
import { quote } from "../../shared/quote.ts";
import type { Device } from "./read_lab.ts";

/** A device and the worker that it runs on. */
export interface PlacedDevice extends Device {
  readonly node: string;
}

/**
 * Places devices on nodes. Pinned devices (`--place DEVICE=NODE`) go where their pin says, the
 * others in turn. Throws when a pin names a device or a node that does not exist.
 */
export function placeDevices(
  devices: readonly Device[],
  nodes: readonly string[],
  pins: readonly string[],
): PlacedDevice[] {
  const names = devices.map(({ name }) => name);
  const pinned = new Map(pins.map((pin) => readPin(pin, names, nodes)));
  let turn = 0;
  return devices.map((device) => ({
    ...device,
    node: pinned.get(device.name) ?? nodes[turn++ % nodes.length]!,
  }));
}

function readPin(
  pin: string,
  devices: readonly string[],
  nodes: readonly string[],
): [device: string, node: string] {
  const [device = "", node, ...more] = pin.split("=");
  if (node === undefined || more.length > 0) {
    throw new Error(`Cannot place ${quote(pin)}: it is not DEVICE=NODE, such as pc1=n2`);
  }
  if (!devices.includes(device)) {
    throw new Error(`Cannot place ${quote(pin)}: ${device} is no device of the lab`);
  }
  if (!nodes.includes(node)) {
    throw new Error(
      `Cannot place ${device}: ${quote(node)} is none of ${nodes.join(", ")}`,
    );
  }
  return [device, node];
}
