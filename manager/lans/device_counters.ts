// The kernel's counters of all devices of the LAN namespace: one process, whatever their number.
import { describe } from "../../shared/process/command.ts";
import { fail } from "../../shared/faults.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Run } from "../../shared/process/exec.ts";
import { inNetns } from "../../shared/process/netns.ts";

/** The columns of a device in `/proc/net/dev` (proc(5)): eight received, then eight sent. */
const COLUMNS = 16;
const COLUMN = {
  received: { bytes: 0, packets: 1, errors: 2, drops: 3 },
  sent: { bytes: 8, packets: 9, errors: 10, drops: 11 },
} as const;
export type Direction = keyof typeof COLUMN;
export type Figure = keyof typeof COLUMN[Direction];

/** A line has 150 bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/**
 * The kernel answers by pages of 4 KiB, and each piece that a program writes costs its reader a
 * buffer of 64 KiB: so the pieces are joined.
 */
const READ = ["dd", "if=/proc/self/net/dev", "ibs=64k", "obs=64k", "status=none"] as const;

/**
 * Reads the counters. `/proc/net/dev` costs the kernel a sixth of what `ip -s -j link` does, and
 * has the same figures.
 * @throws {FaultError} "try-later" when they cannot be read
 */
export async function readDeviceCounters(run: Run): Promise<DeviceCounters> {
  const argv = inNetns(LAN_NETNS, READ);
  const done = await run({ argv, maxOutputBytes: MAX_BYTES });
  if (done.reason === "success") return new DeviceCounters(done.stdout);
  return fail("try-later", "Cannot read the counters of devices", describe(done));
}

/** Counters by the devices' names: numbers in one array, as a scrape has tens of thousands. */
export class DeviceCounters {
  readonly #rows = new Map<string, number>();
  readonly #figures: Float64Array;

  /** @param text `/proc/net/dev`: two lines of heading, then a line a device with a colon */
  constructor(text: string) {
    const lines = text.split("\n");
    this.#figures = new Float64Array(lines.length * COLUMNS);
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon >= 0) this.#take(line.slice(0, colon).trim(), line, colon + 1);
    }
  }

  /** The row of a device, for {@link of}; undefined where there is no such device. */
  row(name: string): number | undefined {
    return this.#rows.get(name);
  }

  of(row: number, direction: Direction, figure: Figure): number {
    return this.#figures[row * COLUMNS + COLUMN[direction][figure]]!;
  }

  /** The same for whoever reads one figure of many rows. */
  reader(direction: Direction, figure: Figure): (row: number) => number {
    const [figures, column] = [this.#figures, COLUMN[direction][figure]];
    return (row) => figures[row * COLUMNS + column]!;
  }

  #take(name: string, line: string, from: number): void {
    const row = this.#rows.size;
    this.#rows.set(name, row);
    const figures = this.#figures;
    const end = (row + 1) * COLUMNS;
    let place = row * COLUMNS;
    let value = -1;
    for (let at = from; at <= line.length && place < end; at++) {
      const digit = line.charCodeAt(at) - ZERO;
      if (digit >= 0 && digit <= 9) {
        value = value < 0 ? digit : value * 10 + digit;
      } else if (value >= 0) {
        figures[place++] = value;
        value = -1;
      }
    }
  }
}

const ZERO = "0".charCodeAt(0);
