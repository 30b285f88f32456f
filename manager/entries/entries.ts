// Forwarding entries as bridge(8) says them, and the words that make and delete one. Pure.
import { bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";

/** A forwarding entry that leads to another node: zebra has written it. */
export interface FdbEntry {
  readonly mac: string;
  readonly ifname: string;
  /** VTEP address; of a VXLAN device's own table alone, else it is its bridge's. */
  readonly dst?: string | undefined;
}

/** Its VTEPs are those that a frame for everyone goes to. */
export const EVERYONE = "00:00:00:00:00:00";

/**
 * Reads a line of `bridge fdb show`; undefined for an entry that leads to no other node. A kernel
 * whose bridges know VLANs keeps each entry that is made by hand twice, once for VLAN 1. The kernel
 * makes and deletes both together, and uses the other one.
 */
export function parseEntry(line: string): FdbEntry | undefined {
  if (!/ (dst|extern_learn)( |$)/.test(line)) return undefined;
  const [mac = "", ...words] = line.split(" ");
  const after = (key: string) => words.includes(key) ? words[words.indexOf(key) + 1] : undefined;
  if (after("vlan") !== undefined) return undefined;
  const dst = after("dst");
  return { mac, ifname: after("dev") ?? "", ...(dst !== undefined && { dst }) };
}

/** A line of `bridge monitor fdb` about such an entry. */
export interface Change {
  readonly entry: FdbEntry;
  readonly isDeleted: boolean;
}

/** Reads a line of `bridge monitor fdb`, as {@link parseEntry} does. */
export function parseChange(line: string): Change | undefined {
  const isDeleted = line.startsWith(DELETED);
  const entry = parseEntry(isDeleted ? line.slice(DELETED.length) : line);
  return entry && { entry, isDeleted };
}

const DELETED = "Deleted ";

/** A MAC address behind a port, in the table of the port's bridge. */
export interface PortEntry {
  readonly mac: string;
  readonly port: string;
  readonly bridge: string;
  /** Somebody has written the entry: the bridge has not learnt it from a frame. */
  readonly isWritten: boolean;
  readonly isDeleted: boolean;
}

/**
 * Reads a line of `bridge fdb show` or `bridge monitor fdb`. Undefined for entries of other tables,
 * those of EVPN, and addresses of the ports themselves.
 */
export function parsePortEntry(line: string): PortEntry | undefined {
  const [, deleted, mac, port, bridge] = PORT_ENTRY.exec(line) ?? [];
  if (mac === undefined || port === undefined || bridge === undefined) return undefined;
  if (NO_PORT_ENTRY.test(line)) return undefined;
  return { mac, port, bridge, isWritten: WRITTEN.test(line), isDeleted: deleted !== undefined };
}

const PORT_ENTRY = /^(Deleted )?((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) dev (\S+) .*?\bmaster (\S+)/;
const NO_PORT_ENTRY = / (self|permanent|extern_learn)( |$)/;
const WRITTEN = / (static|sticky)( |$)/;

/** Makes an entry as zebra does. */
export function addEntry({ mac, ifname, dst }: FdbEntry): BridgeCommand {
  if (dst === undefined) {
    return bridge`fdb replace ${mac} dev ${ifname} master dynamic extern_learn`;
  }
  // Frames for everyone go to many nodes, those for one MAC address to one.
  return mac === EVERYONE
    ? bridge`fdb append ${mac} dev ${ifname} dst ${dst} self permanent`
    : bridge`fdb replace ${mac} dev ${ifname} dst ${dst} self dynamic extern_learn`;
}

/** Deletes an entry from the table that it is in. */
export function deleteEntry({ mac, ifname, dst }: FdbEntry): BridgeCommand {
  return dst === undefined
    ? bridge`fdb del ${mac} dev ${ifname} master`
    : bridge`fdb del ${mac} dev ${ifname} dst ${dst} self`;
}

/** Tells entries apart. */
export function identify({ ifname, mac, dst }: FdbEntry): string {
  return `${ifname} ${mac} ${dst ?? ""}`;
}

/**
 * The place of an entry in the kernel's tables. A frame for everyone goes to many nodes, so each
 * node has a place; a frame for one MAC address goes to one node.
 */
export function tableKey(entry: FdbEntry): string {
  const { mac, ifname, dst } = entry;
  if (mac === EVERYONE) return identify(entry);
  return `${ifname} ${mac} ${dst === undefined ? "bridge" : "VXLAN"}`;
}
