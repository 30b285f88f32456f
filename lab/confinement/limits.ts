// How much of the machine a lab's devices may use where the lab does not say.
import type { Limits } from "./cgroups.ts";

const MIB = 2 ** 20;

/** The limits of one device. */
export interface DeviceLimits extends Limits {
  /** Bytes that the device's files may take. The files are kept in memory. */
  readonly room: number;
}

/** Plans what all devices of a lab may use together: most of the machine, which stays usable. */
export function planLabLimits(totalMemory: number, maxProcesses: number): Limits {
  return { memory: Math.floor(totalMemory * 0.8), pids: Math.floor(maxProcesses / 2) };
}

/** Plans a device's share, in which the lab's own limits come first. */
export function planDeviceLimits(
  totalMemory: number,
  own: Limits,
  room: number | undefined,
): DeviceLimits {
  const usual = Math.min(2048 * MIB, Math.floor(totalMemory / 2));
  const memory = own.memory ?? Math.max(usual, (room ?? 0) + 512 * MIB);
  return {
    memory,
    pids: own.pids ?? 4096,
    ...(own.cpus === undefined ? {} : { cpus: own.cpus }),
    room: room ?? Math.min(1024 * MIB, Math.floor(memory / 2)),
  };
}
