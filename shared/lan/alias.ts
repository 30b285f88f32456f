// The alias of a device: what is known of a LAN is read back from it. No state file is kept.
import type { Lan } from "./lan.ts";

/** Who a port belongs to, for people who look and for the manager. */
export interface PortOwner {
  /** An alias has "_" where the interface's name has a comma. */
  readonly ifname: string;
  /** MAC address of the pod's interface when ADD made it. */
  readonly mac?: string;
  /** `NAMESPACE/NAME` of the pod, when the runtime said it. */
  readonly pod?: string;
}

/** What a LAN's configuration allows it. A node has limits of its own, and the lower ones count. */
export interface LanLimits {
  /** MAC addresses that its bridge learns on a node. */
  readonly maxMacs?: number;
  /** Frames a second that a port may have flooded. */
  readonly stormLimit?: number;
}

/** What an alias says. */
export interface Alias {
  readonly lan: Lan;
  /** Of a bridge or a VXLAN device. */
  readonly limits?: LanLimits;
  /** Of a bridge or a VXLAN device: the UDP port, where it is not {@link VXLAN_PORT}. */
  readonly vxlanPort?: number;
  /** Of a port: it learns nothing for now, since it has exceeded its LAN's limit. */
  readonly learning?: "off";
  readonly owner?: PortOwner;
}

/** The kernel's limit (IFALIASZ - 1). */
const MAX_ALIAS_BYTES = 255;
const OURS = "megalos";
/** The UDP port of RFC 7348, section 5. */
export const VXLAN_PORT = 4789;

/**
 * Renders an alias such as
 * `megalos,vni=10,suffix=ntwork,name=net1,if=eth1,mac=02:00:00:00:00:01,pod=default/pc1`.
 */
export function renderAlias({ lan, limits = {}, vxlanPort, learning, owner }: Alias): string {
  const fields = [OURS, `vni=${lan.vni}`, `suffix=${lan.suffix}`, `name=${lan.name}`];
  if (limits.maxMacs !== undefined) fields.push(`macs=${limits.maxMacs}`);
  if (limits.stormLimit !== undefined) fields.push(`storm=${limits.stormLimit}`);
  if (vxlanPort !== undefined && vxlanPort !== VXLAN_PORT) fields.push(`port=${vxlanPort}`);
  if (learning !== undefined) fields.push(`learning=${learning}`);
  if (owner !== undefined) {
    // Whoever annotates a pod names its interface, and could name another pod behind a comma.
    fields.push(`if=${owner.ifname.replaceAll(",", "_")}`);
    if (owner.mac !== undefined) fields.push(`mac=${owner.mac}`);
    if (owner.pod !== undefined) fields.push(`pod=${owner.pod}`);
  }
  // Only a pod's name is ever so long that it is cut here, and nothing is looked up by a pod's
  // name.
  const text = fields.join(",");
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_ALIAS_BYTES));
  return text.slice(0, read);
}

/** Reads an alias back; undefined when it is not one of ours. */
export function parseAlias(text: string | undefined): Alias | undefined {
  const [head, ...fields] = (text ?? "").split(",");
  if (head !== OURS) return undefined;
  const value = (key: string) =>
    fields.find((field) => field.startsWith(`${key}=`))?.slice(key.length + 1);
  const [vni, suffix, name] = ["vni", "suffix", "name"].map(value);
  if (vni === undefined || !/^\d{1,8}$/.test(vni) || suffix === undefined || name === undefined) {
    return undefined;
  }
  const limits = {
    ...readCount("maxMacs", value("macs")),
    ...readCount("stormLimit", value("storm")),
  };
  const { port: vxlanPort } = readCount("port", value("port"));
  return {
    lan: { name, suffix, vni: Number(vni) },
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(vxlanPort !== undefined && { vxlanPort }),
    ...(value("learning") === "off" && { learning: "off" }),
    ...readOwner(value("if"), value("mac"), value("pod")),
  };
}

function readOwner(ifname?: string, mac?: string, pod?: string): Pick<Alias, "owner"> {
  if (ifname === undefined) return {};
  return {
    owner: { ifname, ...(mac !== undefined && { mac }), ...(pod !== undefined && { pod }) },
  };
}

function readCount<Key extends string>(
  key: Key,
  text: string | undefined,
): { readonly [K in Key]?: number } {
  const isCount = text !== undefined && /^\d{1,9}$/.test(text);
  return isCount ? { [key]: Number(text) } as { [K in Key]: number } : {};
}

/** The namespace of a pod, {@link PortOwner}. */
export function namespaceOf(pod: string | undefined): string | undefined {
  return pod?.split("/", 1)[0];
}
