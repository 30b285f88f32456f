// A LAN's identity and the names of its devices. Names never clash, and lead back to their LAN.

/** One pure L2 network. On the wire the VNI identifies it, in configs name and suffix do. */
export interface Lan {
  /** At most {@link MAX_NAME} characters: made by {@link identifyLan}. */
  readonly name: string;
  readonly suffix: string;
  /** VXLAN network identifier, 0 to {@link MAX_VNI}. */
  readonly vni: number;
}

/** The names of a LAN's devices in the LAN namespace; each at most 15 characters (IFNAMSIZ - 1). */
export interface LanDevices {
  readonly vxlan: string;
  readonly bridge: string;
  /** Alternative name of the bridge that finds a LAN by its VNI. */
  readonly byVni: string;
  /**
   * Alternative name of the bridge that finds a LAN by name and suffix. The bridge gets it last, so
   * a bridge that has it is complete.
   */
  readonly byName: string;
}

export const MAX_VNI = 2 ** 24 - 1;
export const MAX_SUFFIX = 6;
const MAX_PLAIN_NAME = 5;
const MAX_NAME = 80;

/**
 * Where no device is called so, iproute2 takes "if7-a" for the device of index 7, whichever LAN it
 * is of (ll_idx_a2n, lib/ll_map.c).
 */
const INDEX_LIKE = /^if\d/;

/** Link groups in the LAN namespace: pod ports, and devices that `link del group` will take. */
export const GROUP = { ports: 1, deleted: 2 } as const;

/**
 * Makes a {@link Lan} of a config's keys. A name that is too long for an alias is cut, and ends in
 * its hash, so that it stays unique.
 */
export async function identifyLan(name: string, suffix: string, vni: number): Promise<Lan> {
  if (name.length <= MAX_NAME) return { name, suffix, vni };
  const hash = await sha256(name);
  // "~" is in no CNI network name, so no short name can equal a cut one.
  const tail = `~${base64url(hash.subarray(0, 15))}`;
  return { name: name.slice(0, MAX_NAME - tail.length) + tail, suffix, vni };
}

const BRIDGE_PREFIX = "kt-";

/** The name of the bridge that a LAN's VXLAN device is a port of. */
export function bridgeOf(vxlan: string): string {
  return `${BRIDGE_PREFIX}${vxlan}`;
}

/** The name of the VXLAN device of a LAN's bridge. */
export function vxlanOf(bridge: string): string {
  return bridge.slice(BRIDGE_PREFIX.length);
}

/**
 * The device names of a LAN. Where that is unambiguous they are the original's, `NAME-SUFFIX` and
 * `kt-NAME-SUFFIX`: the name has at most 5 characters and no underscore and does not begin as a
 * bridge's does, nor as an index is written, and the suffix has no hyphen. "~" and the VNI replace
 * any other name.
 */
export function lanDevices(lan: Lan): LanDevices {
  const plain = lan.name.length <= MAX_PLAIN_NAME && !lan.name.includes("_") &&
    !lan.name.startsWith(BRIDGE_PREFIX) && !INDEX_LIKE.test(lan.name) &&
    !lan.suffix.includes("-");
  const vxlan = `${plain ? lan.name : `~${base64url(vniBytes(lan.vni))}`}-${lan.suffix}`;
  return {
    vxlan,
    bridge: bridgeOf(vxlan),
    byVni: `vni~${lan.vni}`,
    byName: `lan~${lan.name}~${lan.suffix}`,
  };
}

export function isSameLan(one: Lan, other: Lan | undefined): boolean {
  return one.vni === other?.vni && one.name === other.name && one.suffix === other.suffix;
}

/** What a user calls the LAN. */
export function lanTitle(lan: Lan): string {
  return `${lan.name}-${lan.suffix}`;
}

/** The name of a pod's port: "mg" and 65 bits of a hash of (container ID, interface), in base32. */
export async function portName(containerId: string, ifname: string): Promise<string> {
  const digits = "abcdefghijklmnopqrstuvwxyz234567";
  const hash = await sha256(`${containerId}/${ifname}`);
  return "mg" + Array.from(hash.subarray(0, 13), (byte) => digits[byte & 31]).join("");
}

/** Whether a device's name is one that {@link portName} makes. */
export function isPortName(name: string): boolean {
  return /^mg[a-z2-7]{13}$/.test(name);
}

function vniBytes(vni: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(vni >> 16, (vni >> 8) & 255, vni & 255);
}

async function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** RFC 4648 section 5, without padding. */
function base64url(bytes: Uint8Array<ArrayBuffer>): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll(
    "=",
    "",
  );
}
