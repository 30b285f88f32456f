// What the LAN namespace holds of one LAN, as far as a plan needs to know.
import { showLink } from "../iproute2/commands.ts";
import type { Kernel } from "../iproute2/kernel.ts";
import type { Question } from "../iproute2/commands.ts";
import type { Link } from "../iproute2/link.ts";
import { type Lan, lanDevices } from "./lan.ts";

/** The devices found under each of the names that could be this LAN's. */
export interface LanState {
  readonly bridge?: Link;
  readonly vxlan?: Link;
  /** The VXLAN device that a start has left under its first name; see {@link findUnnamedVxlan}. */
  readonly unnamedVxlan?: Link;
  /** The bridge of whichever LAN has this VNI. */
  readonly holderOfVni?: Link;
  /** The bridge of whichever LAN has this name and suffix. */
  readonly holderOfName?: Link;
}

/** What to ask the kernel about a LAN; {@link pickLanState} finds the answers. */
export function askAboutLan(lan: Lan): Question[] {
  const { bridge, vxlan, byVni, byName } = lanDevices(lan);
  return [bridge, vxlan, byVni, byName].map(showLink);
}

/**
 * Where the VXLAN device is missing, asks whether a start that was cut off has left one under its
 * first name. Whoever makes the device must have asked: a session of `ip` that has served an
 * earlier call may know another device of that name, and then ends (see `session.ts`).
 */
export async function findUnnamedVxlan(
  kernel: Kernel,
  lanNetns: string,
  lan: Lan,
  state: LanState,
): Promise<LanState> {
  if (state.vxlan !== undefined) return state;
  const [unnamedVxlan] = await kernel.show(lanNetns, [showLink(lanDevices(lan).birthName)]);
  return unnamedVxlan === undefined ? state : { ...state, unnamedVxlan };
}

export function pickLanState(lan: Lan, links: readonly Link[]): LanState {
  const names = lanDevices(lan);
  const named = (name: string) => links.find((link) => link.ifname === name);
  const titled = (name: string) => links.find((link) => link.altnames.includes(name));
  const found = {
    bridge: named(names.bridge),
    vxlan: named(names.vxlan),
    holderOfVni: titled(names.byVni),
    holderOfName: titled(names.byName),
  };
  return Object.fromEntries(Object.entries(found).filter(([, link]) => link !== undefined));
}
