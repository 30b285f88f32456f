// What keeps a LAN's devices from being a wire: one definition for CHECK and for mending. Pure.
import { BRIDGE_FORWARD_MASK, PORT_FORWARD_MASK } from "../iproute2/commands.ts";
import type { Link } from "../iproute2/link.ts";
import { parseAlias } from "./alias.ts";
import { GROUP, isSameLan, type Lan, lanDevices, lanTitle } from "./lan.ts";

/**
 * A LAN's devices as they were found. What a list without `-details` does not tell is not judged.
 */
export interface FoundDevices {
  readonly bridge?: Link;
  readonly vxlan?: Link;
  readonly ports: readonly Link[];
}

/** What can be wrong with a device of a LAN. */
export type FindingCode =
  /** There is none. */
  | "missing"
  /** It is not a port of the LAN's bridge. */
  | "outside"
  /** The bridge lacks an alternative name by which the LAN is found. */
  | "nameless"
  /** Its alias is not the LAN's. */
  | "unsigned"
  | "down"
  /** Its link group is another one: somebody may delete that group. */
  | "group"
  /** Its MTU differs from the LAN's. */
  | "mtu"
  /** Link-local groups are not forwarded. */
  | "forward-mask"
  /** The bridge looks into multicast. */
  | "snooping"
  /** A port does not learn, or the overlay is learnt from. */
  | "learning";

/** One thing that is wrong. */
export interface Finding {
  readonly code: FindingCode;
  readonly role: "bridge" | "vxlan" | "port";
  /** Name of the device. */
  readonly device: string;
  readonly actual?: string | number | boolean;
  readonly expected?: string | number | boolean;
}

/**
 * All that is wrong, worst first within each device.
 * @param mtu of the LAN, in bytes; without it MTUs are not judged
 */
export function inspectLan(
  lan: Lan,
  { bridge, vxlan, ports }: FoundDevices,
  mtu?: number,
): Finding[] {
  const names = lanDevices(lan);
  return [
    ...inspectBridge(lan, bridge, mtu),
    ...(vxlan === undefined
      ? [{ code: "missing", role: "vxlan", device: names.vxlan } as const]
      : inspectPort(lan, "vxlan", vxlan, mtu)),
    ...ports.flatMap((port) => inspectPort(lan, "port", port, mtu)),
  ];
}

function inspectBridge(lan: Lan, bridge: Link | undefined, mtu: number | undefined): Finding[] {
  const names = lanDevices(lan);
  const judge = judgeOf("bridge", names.bridge);
  if (bridge === undefined) return [{ code: "missing", role: "bridge", device: names.bridge }];
  return [
    ...judge("nameless", hasNames(bridge, [names.byName, names.byVni]), true),
    ...judge("unsigned", isSigned(lan, bridge.alias), true),
    ...judge("down", bridge.up, true),
    ...judge("group", bridge.group, 0),
    ...judge("mtu", bridge.mtu, mtu ?? bridge.mtu),
    ...judge("forward-mask", bridge.bridge?.groupFwdMask, BRIDGE_FORWARD_MASK),
    ...judge("snooping", bridge.bridge?.snooping, false),
  ];
}

function hasNames({ altnames }: Link, names: readonly string[]): boolean {
  return names.every((name) => altnames.includes(name));
}

function inspectPort(
  lan: Lan,
  role: "vxlan" | "port",
  link: Link,
  mtu: number | undefined,
): Finding[] {
  const judge = judgeOf(role, link.ifname);
  const isPort = role === "port";
  // The manager has turned it off where a port has exceeded its LAN's limit, and says so there.
  const learns = isPort && parseAlias(link.alias)?.learning !== "off";
  return [
    ...judge("outside", link.master ?? "", lanDevices(lan).bridge),
    ...judge("unsigned", isSigned(lan, link.alias), true),
    ...judge("down", link.up, true),
    ...judge("group", link.group, isPort ? GROUP.ports : 0),
    ...judge("mtu", link.mtu, mtu ?? link.mtu),
    ...judge("forward-mask", link.port?.groupFwdMask, PORT_FORWARD_MASK),
    ...judge("learning", link.port?.learning, learns),
    ...(isPort ? [] : judge("learning", link.vxlan?.learning, false)),
  ];
}

/** Compares; what was not told (undefined) is no finding. */
function judgeOf(role: Finding["role"], device: string) {
  return <Value extends string | number | boolean>(
    code: FindingCode,
    actual: Value | undefined,
    expected: Value,
  ): Finding[] =>
    actual === undefined || actual === expected ? [] : [{ code, role, device, actual, expected }];
}

/** Whether an alias says that its device is the LAN's. */
export function isSigned(lan: Lan, alias: string | undefined): alias is string {
  return isSameLan(lan, parseAlias(alias)?.lan);
}

/**
 * The MTU that most of a LAN's devices have, its VXLAN device's where they are divided; in bytes.
 */
export function commonMtu({ bridge, vxlan, ports }: FoundDevices): number | undefined {
  const mtus = [vxlan, bridge, ...ports].flatMap((link) => link === undefined ? [] : [link.mtu]);
  const count = (mtu: number) => mtus.filter((one) => one === mtu).length;
  return mtus.reduce<number | undefined>(
    (most, mtu) => most === undefined || count(mtu) > count(most) ? mtu : most,
    undefined,
  );
}

/** A finding in words, without the LAN. */
export function describeFinding(
  lan: Lan,
  { code, role, device, actual, expected }: Finding,
): string {
  const subject = { bridge: "its bridge", vxlan: "its VXLAN device", port: `port ${device}` }[role];
  const setting = (what: string) => `${subject} is not set up to forward all: ${what}`;
  switch (code) {
    case "missing":
      return `${subject} is gone`;
    case "outside":
      return role === "vxlan"
        ? `${subject} is not a port of its bridge`
        : `${subject} is not in LAN ${lanTitle(lan)}${actual === "" ? "" : ` but in ${actual}`}`;
    case "nameless":
      return `${subject} has lost its name`;
    case "unsigned":
      return `${subject} has lost its alias`;
    case "down":
      return `${subject} is down`;
    case "group":
      return `${subject} is in link group ${actual}, not ${expected}`;
    case "mtu":
      return `${subject} has MTU ${actual}, its LAN ${expected}`;
    case "forward-mask":
      return setting(`its forwarding mask is ${hex(actual)}, not ${hex(expected)}`);
    case "snooping":
      return setting("multicast snooping is on");
    case "learning":
      return setting(`learning is ${actual === true ? "on" : "off"}`);
  }
}

function hex(mask: Finding["actual"]): string {
  return `0x${Number(mask).toString(16)}`;
}
