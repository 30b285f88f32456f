// Which devices must reach each other directly: two on one LAN with addresses in one subnet.
import type { Device } from "../conf/read_lab.ts";
import { type Address, areNeighbours } from "./addresses.ts";

/** One end of a pair: a device's interface and an address of it. */
export interface End {
  readonly device: string;
  readonly ifname: string;
  readonly address: string;
}

export interface Pair {
  /** The LAN's name in lab.conf. */
  readonly lan: string;
  readonly from: End;
  readonly to: End;
}

/** Every pair of devices on every LAN, once for each subnet that both have an address in. */
export function pairNeighbours(
  devices: readonly Pick<Device, "name" | "interfaces">[],
  addresses: ReadonlyMap<string, readonly Address[]>,
): Pair[] {
  const ports = devices.flatMap((device) =>
    device.interfaces.map(({ name, lan }) => ({
      device: device.name,
      lan: lan.name,
      addresses: (addresses.get(device.name) ?? []).filter(({ ifname }) => ifname === name),
    }))
  );
  return ports.flatMap((from, at) =>
    ports.slice(at + 1)
      .filter((to) => to.lan === from.lan && to.device !== from.device)
      .flatMap((to) =>
        from.addresses.flatMap((a) =>
          to.addresses.filter((b) => areNeighbours(a, b)).map((b) => ({
            lan: from.lan,
            from: { device: from.device, ifname: a.ifname, address: a.address },
            to: { device: to.device, ifname: b.ifname, address: b.address },
          }))
        )
      )
  );
}
