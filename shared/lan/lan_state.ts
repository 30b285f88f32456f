// What the LAN namespace holds of one LAN, as far as a plan needs to know.
import { showLink } from "../iproute2/commands.ts";
import type { Question } from "../iproute2/commands.ts";
import type { Link } from "../iproute2/link.ts";
import { type Lan, lanDevices } from "./lan.ts";

/** The devices found under each of the names that could be this LAN's. */
export interface LanState {
  readonly bridge?: Link;
  readonly vxlan?: Link;
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
