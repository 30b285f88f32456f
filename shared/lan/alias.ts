// The alias of a device: what is known of a LAN is read back from it. No state file is kept.
import type { Lan } from "./lan.ts";

/** Who a port belongs to, for people who look and for the manager. */
export interface PortOwner {
  readonly ifname: string;
  /** `NAMESPACE/NAME` of the pod, when the runtime said it. */
  readonly pod?: string;
}

/** What an alias says. */
export interface Alias {
  readonly lan: Lan;
  readonly owner?: PortOwner;
}

/** The kernel's limit (IFALIASZ - 1). */
const MAX_ALIAS_BYTES = 255;
const OURS = "megalos";

/** Renders an alias such as `megalos,vni=10,suffix=ntwork,name=net1,if=eth1,pod=default/pc1`. */
export function renderAlias({ lan, owner }: Alias): string {
  const fields = [OURS, `vni=${lan.vni}`, `suffix=${lan.suffix}`, `name=${lan.name}`];
  if (owner !== undefined) {
    fields.push(`if=${owner.ifname}`);
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
  const [vni, suffix, name, ifname, pod] = ["vni", "suffix", "name", "if", "pod"].map(value);
  if (vni === undefined || !/^\d{1,8}$/.test(vni) || suffix === undefined || name === undefined) {
    return undefined;
  }
  const lan = { name, suffix, vni: Number(vni) };
  if (ifname === undefined) return { lan };
  return { lan, owner: pod === undefined ? { ifname } : { ifname, pod } };
}
