// Plans the end of ports, and of a LAN's devices when its last port goes.
import { type Change, deleteGroup, setGroup } from "../iproute2/commands.ts";
import type { Link } from "../iproute2/link.ts";
import type { Step } from "../steps.ts";
import { GROUP } from "./lan.ts";

/** A LAN's devices as they were found. */
export interface LanPorts {
  readonly lanNetns: string;
  readonly bridge?: Link;
  readonly vxlan?: Link;
  /** Everything on the bridge but the VXLAN device. */
  readonly ports: readonly Link[];
}

/**
 * Deletes the ports in `doomed`, and with the last one the LAN's bridge and VXLAN device. They are
 * marked one by one, then deleted as one link group. The kernel waits once (15-90 ms) for a whole
 * group, with all that other calls have marked meanwhile.
 */
export function planDeletePorts(found: LanPorts, doomed: readonly Link[]): Step[] {
  const doomedIndexes = new Set(doomed.map((link) => link.ifindex));
  const survivors = found.ports.filter((port) => !doomedIndexes.has(port.ifindex));
  const lan = survivors.length > 0 ? [] : [found.vxlan, found.bridge];
  const names = [...doomed, ...lan].flatMap((link) => link === undefined ? [] : [link.ifname]);
  return planDelete(found.lanNetns, names);
}

/** Marks devices, and deletes what is marked. */
export function planDelete(netns: string, names: readonly string[]): Step[] {
  if (names.length === 0) return [];
  const step = (change: Change, why: string): Step => ({ netns, change, why });
  return [
    ...names.map((name) => step(markDeleted(name), `mark ${name} for deletion`)),
    step(DELETE_MARKED, `delete ${names.join(", ")}`),
  ];
}

/** Marks a device for {@link DELETE_MARKED}. */
function markDeleted(device: string): Change {
  return { ...setGroup(device, GROUP.deleted), deletion: { kind: "mark", device } };
}

/** Deletes what is marked. That none is left is no failure: another call may have been first. */
export const DELETE_MARKED: Change = {
  ...deleteGroup(GROUP.deleted),
  deletion: { kind: "all marked" },
};
