// What a hint of a move leads to, and what becomes of it when EVPN has spoken: pure.
import { bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";
import { addEntry, deleteEntry } from "../entries/entries.ts";
import type { MacPlace } from "../frr/macs.ts";
import type { LanMac, Place } from "./places.ts";

/** Somebody says that an address is behind a node now. */
export interface Hint extends LanMac {
  readonly vtep: string;
}

/**
 * The commands that follow a hint; none where EVPN was faster. Undefined where the hint is not to
 * be followed: EVPN has not named the node for this LAN, or the address is new here, or it is said
 * to be a pod's of this node, or it may have come to a port of this node since. Which of both moves
 * was the last one is EVPN's to say.
 * @param vteps nodes that EVPN has named for the LAN
 */
export function planFollow(
  { mac, vxlan, vtep }: Hint,
  { port, isWritten, vtep: before }: Place,
  vteps: ReadonlySet<string> | undefined,
  isOvertaken: boolean,
): readonly BridgeCommand[] | undefined {
  if (vteps?.has(vtep) !== true || port === undefined || isOvertaken) return undefined;
  const isRemote = port === vxlan;
  // A bridge's entry that leads to the VXLAN device is EVPN's own, or that of an earlier hint.
  if (isRemote ? before === undefined : isWritten === true) return undefined;
  if (isRemote && before === vtep) return [];
  return [
    addEntry({ mac, ifname: vxlan, dst: vtep }),
    ...(isRemote ? [] : [addEntry({ mac, ifname: vxlan })]),
  ];
}

/** A hint that was followed. */
export interface Followed extends Hint {
  /** The port that had the address last, where it was local. */
  readonly port?: string;
}

/**
 * The commands that make the kernel agree with EVPN. Where EVPN has the address nowhere, zebra may
 * have forgotten it because of the hint: then it goes back to the port that had it, and zebra
 * announces it again.
 */
export function planSettle(
  { mac, vxlan, port: home }: Followed,
  { port, vtep }: Place,
  evpn: MacPlace,
): readonly BridgeCommand[] {
  const isLocal = port !== undefined && port !== vxlan;
  // The kernel has learnt it since, and zebra has heard of that.
  if (evpn === "local" || isLocal) return [];
  if (evpn !== undefined) {
    if (port === vxlan && vtep === evpn.vtep) return [];
    return [addEntry({ mac, ifname: vxlan, dst: evpn.vtep }), addEntry({ mac, ifname: vxlan })];
  }
  return [
    // What is left of the hint would look like a move from there to here.
    ...(vtep === undefined ? [] : [deleteEntry({ mac, ifname: vxlan, dst: vtep })]),
    ...(home !== undefined
      ? [bridge`fdb replace ${mac} dev ${home} master dynamic`]
      : port === vxlan
      ? [deleteEntry({ mac, ifname: vxlan })]
      : []),
  ];
}
