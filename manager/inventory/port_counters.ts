// Counters of a node's ports, as their pods see them.
import type { Run } from "../../shared/process/exec.ts";
import { type DeviceCounters, readDeviceCounters } from "../lans/device_counters.ts";
import type { Inventory, PortCounters } from "./inventory.ts";

/** By the names of the ports. */
export type CountersByPort = ReadonlyMap<string, PortCounters>;

/**
 * Reads the counters of these ports.
 * @throws {FaultError} "try-later" when they cannot be read
 */
export async function readPortCounters(
  run: Run,
  { ports }: Pick<Inventory, "ports">,
): Promise<CountersByPort> {
  const names = ports.map(({ port }) => port);
  return selectPorts(await readDeviceCounters(run), names, new Date().toISOString());
}

/**
 * What a port receives is what its pod has sent, so the two directions change their names. A port
 * that is gone is left out.
 */
export function selectPorts(
  counters: DeviceCounters,
  names: readonly string[],
  time: string,
): CountersByPort {
  return new Map(names.flatMap((name) => {
    const row = counters.row(name);
    if (row === undefined) return [];
    return [[name, {
      time,
      rxBytes: counters.of(row, "sent", "bytes"),
      rxPackets: counters.of(row, "sent", "packets"),
      rxDropped: counters.of(row, "sent", "drops"),
      rxErrors: counters.of(row, "sent", "errors"),
      txBytes: counters.of(row, "received", "bytes"),
      txPackets: counters.of(row, "received", "packets"),
      txDropped: counters.of(row, "received", "drops"),
      txErrors: counters.of(row, "received", "errors"),
    }]];
  }));
}

/** The inventory with the counters of its ports. */
export function withCounters(inventory: Inventory, counters: CountersByPort): Inventory {
  const ports = inventory.ports.map((port) => {
    const counted = counters.get(port.port);
    return counted === undefined ? port : { ...port, counters: counted };
  });
  return { ...inventory, ports };
}
