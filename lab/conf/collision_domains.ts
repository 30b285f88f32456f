// Gives each collision domain of a lab the name, suffix and VNI that Kathara would give it.
import { createHash } from "node:crypto";
import { z } from "zod";

/** One collision domain and the keys of the plugin's configuration for it. */
export interface CollisionDomain {
  /** The name in lab.conf. */
  readonly name: string;
  /** The configuration's `name`. */
  readonly network: string;
  readonly suffix: string;
  readonly vni: number;
}

/** The file lans.json of a lab's folder: LANs whose suffix and VNI are given. */
export const PinnedLans = z.record(
  z.string(),
  z.strictObject({
    suffix: z.string().regex(/^[A-Za-z0-9]{1,6}$/),
    vxlanId: z.int().min(0).max(2 ** 24 - 1),
  }),
);
export type PinnedLans = z.infer<typeof PinnedLans>;

/** Kathara leaves the ten highest VNIs alone. */
const VNIS = 2 ** 24 - 10;

/** 22 characters of [a-z0-9] that stand for the lab in a folder, as Kathara's lab hash does. */
export function hashLab(dir: string): string {
  const digest = createHash("sha512").update(dir).digest("base64");
  return digest.toLowerCase().replaceAll(/[^a-z0-9]/g, "").slice(0, 22);
}

/**
 * Numbers LANs. A pinned LAN keeps its VNI; any other gets the first VNI that is free from the hash
 * of its name upwards.
 */
export function numberDomains(
  names: Iterable<string>,
  labHash: string,
  pinned: PinnedLans = {},
): Map<string, CollisionDomain> {
  const vnis = new Set(Object.values(pinned).map(({ vxlanId }) => vxlanId));
  const networks = new Set<string>();
  const lans = new Map<string, CollisionDomain>();
  for (const name of new Set(names)) {
    // "A" and "a" are two LANs, and an underscore keeps the name of the second apart.
    let network = nameNetwork(name);
    while (networks.has(network)) network += "_";
    networks.add(network);
    const pin = pinned[name];
    const vni = pin?.vxlanId ?? pickVni(labHash + name, vnis);
    lans.set(name, { name, network, suffix: pin?.suffix ?? labHash.slice(0, 6), vni });
  }
  return lans;
}

/**
 * The name in lower case where CNI accepts that as a network's name; else a name made of its hash.
 */
function nameNetwork(lan: string): string {
  const name = lan.toLowerCase();
  if (/^[a-z0-9]\w*$/.test(name)) return name;
  return `lan${createHash("sha256").update(lan).digest("hex").slice(0, 8)}`;
}

function pickVni(seed: string, taken: Set<number>): number {
  const digest = createHash("sha256").update(seed).digest("hex");
  let vni = Number(BigInt(`0x${digest}`) % BigInt(VNIS));
  while (taken.has(vni)) vni = (vni + 1) % VNIS;
  taken.add(vni);
  return vni;
}
