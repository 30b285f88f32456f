// What the manager has put right on its node, counted.
import * as z from "zod";
import type { Happening } from "./event.ts";

export const repairs = z.object({
  /** LANs, VXLAN devices and namespaces put right. */
  mended: z.number().default(0),
  /** LANs without a pod removed. */
  emptied: z.number().default(0),
  /** Devices of no LAN removed. */
  strays: z.number().default(0),
  /** Forwarding entries made again that had gone with the last BGP session. */
  entriesKept: z.number().default(0),
  /** Forwarding entries removed that EVPN did not know. */
  entriesRemoved: z.number().default(0),
});
export type Repairs = Readonly<z.infer<typeof repairs>>;

export const NO_REPAIRS: Repairs = repairs.parse({});

/** Counts what has happened where it is a repair. */
export function countRepair(before: Repairs, happening: Happening): Repairs {
  switch (happening.kind) {
    case "lan-mended":
    case "lan-netns-pinned":
      return add(before, "mended", 1);
    case "vteps-moved":
      return add(before, "mended", happening.count);
    case "switches-reset":
      return add(before, "mended", happening.switches.length);
    case "empty-lan-removed":
      return add(before, "emptied", 1);
    case "strays-removed":
      return add(before, "strays", happening.devices.length);
    case "entries-kept":
      return add(before, "entriesKept", happening.count);
    case "entries-removed":
      return add(before, "entriesRemoved", happening.count);
    default:
      return before;
  }
}

function add(before: Repairs, what: keyof Repairs, count: number): Repairs {
  return { ...before, [what]: before[what] + count };
}
