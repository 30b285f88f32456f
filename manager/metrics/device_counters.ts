// The kernel's counters of all devices of the LAN namespace: one process, whatever their number.
import { describe } from "../../shared/process/command.ts";
import { fail } from "../../shared/faults.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Run } from "../../shared/process/exec.ts";
import { inNetns } from "../../shared/process/netns.ts";

/** One direction, as digits: a 64-bit counter is larger than a number holds exactly. */
export interface Direction {
  readonly bytes: string;
  readonly packets: string;
  readonly errors: string;
  readonly drops: string;
}

export interface DeviceCounters {
  readonly received: Direction;
  readonly sent: Direction;
}

/** A line has 150 bytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The counters by the devices' names. `/proc/net/dev` costs the kernel a sixth of what
 * `ip -s -j link` does, and has the same figures.
 * @throws {FaultError} "try-later" when they cannot be read
 */
export async function readDeviceCounters(run: Run): Promise<Map<string, DeviceCounters>> {
  const argv = inNetns(LAN_NETNS, ["cat", "/proc/self/net/dev"]);
  const done = await run({ argv, maxOutputBytes: MAX_BYTES });
  if (done.reason === "success" && !done.isCut) return parseDeviceCounters(done.stdout);
  return fail("try-later", "Cannot read the counters of devices", describe(done));
}

/** Reads proc(5)'s table: two lines of heading, then a line a device, its name before a colon. */
export function parseDeviceCounters(text: string): Map<string, DeviceCounters> {
  const counters = new Map<string, DeviceCounters>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const words = line.slice(colon + 1).trim().split(/ +/);
    const direction = (at: number): Direction => ({
      bytes: words[at] ?? "0",
      packets: words[at + 1] ?? "0",
      errors: words[at + 2] ?? "0",
      drops: words[at + 3] ?? "0",
    });
    if (words.length < 16 || !words.every((word) => /^\d+$/.test(word))) continue;
    counters.set(line.slice(0, colon).trim(), { received: direction(0), sent: direction(8) });
  }
  return counters;
}
