// The `ip` commands of this project. A name follows `name` or `dev`, for a bare `br` is a keyword.
import { ip, type IpCommand } from "./words.ts";

/** A question for devices. */
export interface Question extends IpCommand {
  /** The one device that is asked for, by a name of it. Other questions may find none or many. */
  readonly device?: string;
}

/** A change of devices. */
export interface Change extends IpCommand {
  /** Its part in a deletion, for whoever runs the deletions of many calls as one. */
  readonly deletion?: Deletion;
}

export type Deletion =
  /** Marks a device as one that is to be deleted. */
  | { readonly kind: "mark"; readonly device: string }
  /** Deletes all devices that are marked. */
  | { readonly kind: "all marked" };

/**
 * Link-local groups (01:80:C2:00:00:0x) that are forwarded. Each is the widest mask that its device
 * takes (linux/if_bridge.h).
 */
export const BRIDGE_FORWARD_MASK = 0xfff8;
export const PORT_FORWARD_MASK = 0xfffd;

/**
 * A bridge that is a plain wire. Snooping is off, for without a querier it loses OSPF and IPv6
 * multicast. Link-local groups are forwarded.
 */
export function addBridge(name: string, mtu: number): Change {
  return ip`link add name ${name} mtu ${mtu} up
    type bridge mcast_snooping 0 group_fwd_mask ${BRIDGE_FORWARD_MASK}`;
}

export interface VxlanSpec {
  readonly name: string;
  readonly mtu: number;
  readonly vni: number;
  /** VTEP address. */
  readonly local: string;
  /** UDP port, the underlay's. */
  readonly vxlanPort: number;
}

export interface VxlanPortSpec extends VxlanSpec {
  readonly bridge: string;
  /** Path of the namespace that keeps the UDP socket and the underlay. */
  readonly socketNetns: string;
}

/**
 * A VXLAN port of `bridge`, down. No `dev`: the device would die with the lower one. `nolearning`:
 * EVPN says where MACs are. {@link setPort} sets it up.
 */
export function addVxlan(spec: VxlanPortSpec): Change {
  const { name, bridge, mtu, vni, local, vxlanPort, socketNetns } = spec;
  return ip`link add name ${name} link-netns ${socketNetns} master ${bridge} mtu ${mtu}
    type vxlan id ${vni} local ${local} dstport ${vxlanPort} nolearning`;
}

/** Such a device outside of any bridge, with its socket in the namespace that it is made in. */
export function addLooseVxlan({ name, mtu, vni, local, vxlanPort }: VxlanSpec): Change {
  return ip`link add name ${name} mtu ${mtu}
    type vxlan id ${vni} local ${local} dstport ${vxlanPort} nolearning`;
}

/**
 * Moves a device, which sets it down, and names it `as`. Where `name` is an alternative name of
 * another device there, the device appears as `as`. Otherwise the kernel renames the device when it
 * is there (do_setlink, __dev_change_net_namespace).
 */
export const moveLink = (name: string, netns: string, as: string): Change =>
  ip`link set dev ${name} netns ${netns} name ${as}`;

export interface VethSpec {
  /** The pod's end. */
  readonly name: string;
  readonly mac: string;
  readonly netns: string;
  /** The MTU of both ends. */
  readonly mtu: number;
  /** The end that stays in the namespace of this `ip`. */
  readonly peer: { readonly name: string; readonly mac: string; readonly group: number };
}

/**
 * A veth whose one end is born in the pod's namespace with its final name and MAC, and up. The
 * kernel takes `up` for the device itself. It takes no `up` for the peer: when the kernel makes the
 * peer, the two are no pair yet (rtnl_newlink, veth_newlink).
 */
export function addVeth({ name, mac, netns, mtu, peer }: VethSpec): Change {
  return ip`link add name ${name} mtu ${mtu} address ${mac} netns ${netns} up
    type veth peer name ${peer.name} address ${peer.mac} mtu ${mtu} group ${peer.group}`;
}

export interface PortSpec {
  readonly name: string;
  readonly alias: string;
  readonly learning: boolean;
}

/**
 * Gives a bridge port what it takes only once it is there, and sets it up. The kernel ignores an
 * `alias` that is given at creation.
 */
export function setPort({ name, alias, learning }: PortSpec): Change {
  return ip`link set dev ${name} up alias ${alias} type bridge_slave
    learning ${learning ? "on" : "off"} neigh_suppress off group_fwd_mask ${PORT_FORWARD_MASK}`;
}

/** Gives a bridge all that {@link addBridge} gives one, its alias, and link group 0. */
export const setBridge = (name: string, alias: string, mtu: number): Change =>
  ip`link set dev ${name} group 0 mtu ${mtu} up alias ${alias}
    type bridge mcast_snooping 0 group_fwd_mask ${BRIDGE_FORWARD_MASK}`;
export const setMtu = (name: string, group: number, mtu: number): Change =>
  ip`link set dev ${name} group ${group} mtu ${mtu}`;
/** Has a VXLAN device learn nothing from what it receives. */
export const setNoLearning = (name: string): Change =>
  ip`link set dev ${name} type vxlan nolearning`;
export const setAlias = (name: string, alias: string): Change =>
  ip`link set dev ${name} alias ${alias}`;
export const joinBridge = (name: string, bridge: string): Change =>
  ip`link set dev ${name} master ${bridge}`;
/** Takes a bridge out of the group of those to be deleted, and sets it up. */
export const keepBridge = (name: string): Change => ip`link set dev ${name} group 0 up`;
export const setVxlanLocal = (name: string, local: string): Change =>
  ip`link set dev ${name} type vxlan local ${local}`;
export const setGroup = (name: string, group: number): Change =>
  ip`link set dev ${name} group ${group}`;
export const addAltname = (name: string, altname: string): Change =>
  ip`link property add dev ${name} altname ${altname}`;
export const deleteLink = (name: string): Change => ip`link del dev ${name}`;
/** Deletes every device of a group with one wait of the kernel instead of one each. */
export const deleteGroup = (group: number): Change => ip`link del group ${group}`;

/**
 * A question that the kernel answers by "No such device" when a device is gone. Once `ip` knows the
 * device's index, the kernel answers without its lock for changes (RTNL); everything else about a
 * device waits for what is changed at the time. (TEST-NET-1, RFC 5737; inet_rtm_getroute.)
 */
export const routeThrough = (name: string): IpCommand => ip`route get 192.0.2.1 oif ${name}`;
export const showLink = (device: string): Question => ({
  ...ip`link show dev ${device}`,
  device,
});
export const showPorts = (bridge: string): Question => ip`link show master ${bridge}`;
export const showKind = (kind: "bridge" | "vxlan" | "veth"): Question => ip`link show type ${kind}`;
