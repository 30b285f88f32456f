// Plans the devices of a LAN on this node: a bridge and its VXLAN port, in the LAN namespace.
import { type Fault, FaultError } from "../faults.ts";
import {
  addAltname,
  addBridge,
  addLooseVxlan,
  addVxlan,
  deleteLink,
  joinBridge,
  keepBridge,
  moveLink,
  setAlias,
  setGroup,
  setPort,
} from "../iproute2/commands.ts";
import type { Change } from "../iproute2/commands.ts";
import type { Link } from "../iproute2/link.ts";
import type { Step } from "../steps.ts";
import { type LanLimits, parseAlias, renderAlias } from "./alias.ts";
import { GROUP, isSameLan, type Lan, lanDevices, lanTitle } from "./lan.ts";
import type { LanState } from "./lan_state.ts";
import type { Birthplace } from "./unborn_vxlan.ts";

/** What a LAN's devices are to be. */
export interface LanWanted {
  readonly lan: Lan;
  /** What its configuration allows it: its devices say it to the manager, which sees to it. */
  readonly limits?: LanLimits;
  /** The MTU of bridge, VXLAN device and every port, in bytes. */
  readonly mtu: number;
  /** VTEP address of this node. */
  readonly vtep: string;
  /** UDP port of VXLAN. */
  readonly vxlanPort: number;
  /** Path of the LAN namespace. */
  readonly lanNetns: string;
  /** Path of the namespace with the underlay, as the `ip` that runs the steps sees it. */
  readonly underlayNetns: string;
  readonly birthplace: Birthplace;
}

/**
 * Whether ADD has nothing to make: the name is the last thing that a bridge is given. What else is
 * wrong with a LAN's devices, `inspect_lan.ts` tells, and the manager mends it.
 */
function isComplete({ bridge, vxlan, holderOfName, holderOfVni }: LanState): boolean {
  return bridge?.up === true && vxlan?.up === true && vxlan.master === bridge.ifname &&
    [holderOfName, holderOfVni].every((holder) => holder?.ifindex === bridge.ifindex);
}

/**
 * The steps from what is there to a whole LAN. A complete LAN needs none. Where an earlier start
 * was cut off, they are the missing ones.
 */
export function planCreateLan(wanted: LanWanted, state: LanState): Step[] {
  if (isComplete(state) && !isBeingDeleted(state)) return [];
  const title = `LAN ${lanTitle(wanted.lan)} (VNI ${wanted.lan.vni})`;
  const step = (why: string, change: Change, undo?: Change): Step => ({
    netns: wanted.lanNetns,
    change,
    why: `${why} of ${title}`,
    ...(undo !== undefined && { undo }),
  });
  const { bridge, byName } = lanDevices(wanted.lan);
  return [
    ...planBridge(wanted, state, step),
    ...planVxlan(wanted, state, step),
    ...(state.holderOfName === undefined
      ? [step("name the bridge", addAltname(bridge, byName))]
      : []),
  ];
}

type MakeStep = (why: string, change: Change, undo?: Change) => Step;

function planBridge(
  { lan, limits = {}, mtu, vxlanPort }: LanWanted,
  state: LanState,
  step: MakeStep,
): Step[] {
  const { bridge, byVni } = lanDevices(lan);
  const start = state.bridge === undefined
    ? step("make the bridge", addBridge(bridge, mtu), deleteLink(bridge))
    : step("keep the bridge", keepBridge(bridge));
  const alias = step("sign the bridge", setAlias(bridge, renderAlias({ lan, limits, vxlanPort })));
  const claim = step("claim the VNI", addAltname(bridge, byVni));
  return [start, alias, ...(state.holderOfVni === undefined ? [claim] : [])];
}

function planVxlan(wanted: LanWanted, state: LanState, step: MakeStep): Step[] {
  const { lan, limits = {}, vxlanPort } = wanted;
  const { bridge, vxlan } = lanDevices(lan);
  const join = step("join the VXLAN device to the bridge", joinBridge(vxlan, bridge));
  const start = state.vxlan !== undefined
    ? [step("keep the VXLAN device", setGroup(vxlan, 0)), join]
    : wanted.birthplace === "lan"
    ? [planBirth(wanted, step)]
    : [...planBirthAndMove(wanted, step), join];
  const settings = { name: vxlan, alias: renderAlias({ lan, limits, vxlanPort }), learning: false };
  return [...start, step("set up the VXLAN port", setPort(settings))];
}

function planBirth(wanted: LanWanted, step: MakeStep): Step {
  const { lan, mtu, vtep: local, vxlanPort, underlayNetns: socketNetns } = wanted;
  const { bridge, vxlan: name } = lanDevices(lan);
  const spec = { name, bridge, mtu, vni: lan.vni, local, vxlanPort, socketNetns };
  return step("make the VXLAN device", addVxlan(spec), deleteLink(name));
}

/**
 * Linux before 6.15 makes a device with `link-netns` in the node's namespace under its final name,
 * which may be taken there. So the device has the bridge's alternative name there, and gets its
 * own name when it moves (docs/decisions/vxlan-made-down.md).
 */
function planBirthAndMove(wanted: LanWanted, step: MakeStep): Step[] {
  const { lan, mtu, vtep: local, vxlanPort, lanNetns, underlayNetns } = wanted;
  const { vxlan, byVni: name } = lanDevices(lan);
  const spec = { name, mtu, vni: lan.vni, local, vxlanPort };
  return [
    step("make the VXLAN device", addLooseVxlan(spec), deleteLink(name)),
    {
      ...step("move the VXLAN device", moveLink(name, lanNetns, vxlan), deleteLink(vxlan)),
      undoNetns: lanNetns,
    },
  ].map((one) => ({ ...one, netns: underlayNetns }));
}

/**
 * Refuses what another LAN has already: the VNI, the name, or a device name.
 * @throws {FaultError} of kind "config"
 */
export function refuseConflicts(lan: Lan, state: LanState): void {
  for (const link of [state.holderOfVni, state.holderOfName, state.bridge, state.vxlan]) {
    if (link === undefined || belongsTo(lan, link)) continue;
    const other = parseAlias(link.alias)?.lan;
    throw new FaultError(other === undefined ? foreignDevice(lan, link) : otherLan(lan, other));
  }
}

/**
 * Whether a device that bears a name of `lan` is its own. A device without an alias is of a start
 * that was cut off before it signed the device.
 */
export function belongsTo(lan: Lan, link: Link): boolean {
  if (link.alias === undefined) return link.vxlan === undefined || link.vxlan.vni === lan.vni;
  const other = parseAlias(link.alias)?.lan;
  return isSameLan(lan, other);
}

function isBeingDeleted({ bridge, vxlan }: LanState): boolean {
  return bridge?.group === GROUP.deleted || vxlan?.group === GROUP.deleted;
}

function otherLan(lan: Lan, other: Lan): Fault {
  const msg = other.vni === lan.vni
    ? `Cannot use vxlanId ${lan.vni} for LAN ${lanTitle(lan)}: LAN ${
      lanTitle(other)
    } has it on this node`
    : `Cannot use vxlanId ${lan.vni} for LAN ${
      lanTitle(lan)
    }: its vxlanId is ${other.vni} on this node`;
  return {
    kind: "config",
    msg,
    details: "a LAN has one name, one suffix and one vxlanId on every node",
  };
}

function foreignDevice(lan: Lan, link: Link): Fault {
  return {
    kind: "config",
    msg: `Cannot use LAN ${lanTitle(lan)}: the device ${link.ifname} is not one of a LAN`,
  };
}
