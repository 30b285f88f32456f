// A lab as a graph: devices and LANs, joined by interfaces.
import type { Device } from "../conf/read_lab.ts";

export interface Topology {
  readonly devices: readonly string[];
  readonly lans: readonly string[];
  readonly links: readonly Link[];
}

/** A device's interface and the LAN that it is on. */
export interface Link {
  readonly device: string;
  readonly ifname: string;
  readonly lan: string;
  /** `ADDRESS/PREFIX`, where they are known. */
  readonly addresses?: readonly string[];
}

/** Addresses by device, then by interface. */
export type Addresses = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

export function makeTopology(
  devices: readonly Pick<Device, "name" | "interfaces">[],
  addresses: Addresses = new Map(),
): Topology {
  const links = devices.flatMap(({ name, interfaces }) =>
    interfaces.map((one): Link => {
      const known = addresses.get(name)?.get(one.name) ?? [];
      return {
        device: name,
        ifname: one.name,
        lan: one.lan.name,
        ...(known.length === 0 ? {} : { addresses: known }),
      };
    })
  );
  return {
    devices: devices.map(({ name }) => name),
    lans: [...new Set(links.map(({ lan }) => lan))].sort(),
    links,
  };
}

/** A line for each LAN with the interfaces on it, and one for the devices that are on none. */
export function renderText({ devices, lans, links }: Topology): string {
  const width = Math.max(0, ...lans.map(({ length }) => length));
  const lines = lans.map((lan) => {
    const ends = links.filter((link) => link.lan === lan);
    return `${lan.padEnd(width)}  ${
      ends.map(({ device, ifname, addresses = [] }) => [device, ifname, ...addresses].join(" "))
        .join(", ")
    }`;
  });
  const linked = new Set(links.map(({ device }) => device));
  const alone = devices.filter((device) => !linked.has(device));
  return [...lines, ...(alone.length > 0 ? [`on no LAN: ${alone.join(", ")}`] : [])].join("\n");
}
