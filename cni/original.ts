// The DEL of a pod that the Go original attached. Goes when nobody upgrades from the original.
import { deleteLink, showLink, showPorts } from "../shared/iproute2/commands.ts";
import type { Question } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { inNetns } from "../shared/process/netns.ts";
import { type Lan, lanTitle } from "../shared/lan/lan.ts";
import { deleteDevices } from "../shared/lan/lan_ports.ts";
import type { Step } from "../shared/steps.ts";
import { lockLan, unlessNoNetns } from "./lan_access.ts";
import type { CheckedCall } from "./checked_call.ts";

/**
 * A LAN as the original made it, in the node's own namespace. The bridge's name is `kt-` and the
 * name of the VXLAN device.
 */
interface OriginalLan {
  readonly vxlan: Link;
  /** Missing where a deletion was cut off. */
  readonly bridge?: Link;
}

/** The namespaces that a removal is about, as paths. */
interface Places {
  readonly node: string;
  readonly pod: string;
}

/**
 * Deletes the interface of a pod that the original attached, and with the last one the LAN's
 * devices and its firewall rules. Where nothing of the original stands, that is one question.
 * @throws {FaultError} when the kernel refuses
 */
export async function removeOriginal(call: CheckedCall, lan: Lan): Promise<void> {
  const { environment, host } = call;
  const places = { node: host.nodeNetns, pod: environment.netns };
  if (await findLan(call, lan) === undefined) return;
  // `ip` keeps the devices that it has met, and another DEL may delete them while this one waits
  // for the lock. So another `ip` looks.
  await call.kernel.close();
  using _lan = await lockLan(call, lan.vni);
  const found = await findLan(call, lan);
  if (found === undefined) return;
  const { bridge } = found;
  const [joined, [pod]] = await Promise.all([
    bridge === undefined ? [] : show(call, places.node, [showPorts(bridge.ifname)]),
    places.pod === "" ? [] : show(call, places.pod, [showLink(environment.ifname)]),
  ]);
  const steps = planRemoval(lan, found, joined, pod, places);
  // Rules before devices: if this DEL is killed in between, the devices tell the next one that work
  // is left.
  if (steps.some(({ netns }) => netns === places.node)) await removeRules(call, lan);
  await deleteDevices(call.kernel, steps);
}

/** The names of the LAN's devices: the original cuts its name to 5 characters. */
function originalDevices(lan: Lan): { readonly vxlan: string; readonly bridge: string } {
  const vxlan = `${lan.name.slice(0, 5)}-${lan.suffix}`;
  return { vxlan, bridge: `kt-${vxlan}` };
}

/**
 * The LAN among the devices that bear its names. Only the VXLAN device proves that it is the LAN:
 * by its VNI, and by the bridge that it is a port of.
 */
export function pickLan(lan: Lan, links: readonly Link[]): OriginalLan | undefined {
  const names = originalDevices(lan);
  const named = (name: string) => links.find(({ ifname }) => ifname === name);
  const [bridge, vxlan] = [named(names.bridge), named(names.vxlan)];
  if (vxlan?.vxlan?.vni !== lan.vni || vxlan.master !== bridge?.ifname) return undefined;
  if (bridge === undefined) return { vxlan };
  return bridge.kind === "bridge" ? { bridge, vxlan } : undefined;
}

/**
 * The pod's interface goes when its other end is one of the bridge's ports (`joined`). Bridge and
 * VXLAN device go when no other port is left. `pod` is the interface that the runtime names; it is
 * undefined when the interface went with its namespace.
 */
export function planRemoval(
  lan: Lan,
  { bridge, vxlan }: OriginalLan,
  joined: readonly Link[],
  pod: Link | undefined,
  places: Places,
): Step[] {
  const step = (netns: string, { ifname }: Link): Step => ({
    netns,
    change: deleteLink(ifname),
    why: `delete ${ifname} of the original's LAN ${lanTitle(lan)}`,
  });
  const attached = joined.filter(({ ifindex }) => ifindex !== vxlan.ifindex);
  // Each end of a veth tells the index of the other, in the namespace of the other.
  const isOwn = (port: Link) => port.peer === pod?.ifindex && pod?.peer === port.ifindex;
  const end = pod !== undefined && attached.some(isOwn) ? [step(places.pod, pod)] : [];
  if (!attached.every(isOwn)) return end;
  return [...end, ...[bridge, vxlan].flatMap((link) => link ? [step(places.node, link)] : [])];
}

/**
 * What iptables-restore(8) has to delete of what iptables-save(8) has `saved`: the rules that
 * accept frames by the bridge's name, table by table.
 */
export function planRules(saved: string, bridge: string): string {
  const names = (line: string) => {
    const [selectors = ""] = line.split(/ -[mj] /);
    const words = selectors.split(" ");
    const isNamed = words.some((word, at) =>
      word === bridge && /^-[io]$/.test(words[at - 1] ?? "")
    );
    return isNamed && !words.includes("!") && line.endsWith(" -j ACCEPT");
  };
  return saved.split(/^(?=\*)/m).map((section) => {
    const [table = "", ...lines] = section.split("\n");
    const rules = lines.filter((line) => line.startsWith("-A ") && names(line));
    const deletions = rules.map((rule) => `-D${rule.slice(2)}\n`);
    return deletions.length === 0 ? "" : `${table}\n${deletions.join("")}COMMIT\n`;
  }).join("");
}

/** Both of iptables' backends. Saving by `legacy` names no table: one that is named is made. */
const FIREWALLS = [
  { save: ["iptables-nft-save", "--table", "filter"], restore: "iptables-nft-restore" },
  { save: ["iptables-legacy-save"], restore: "iptables-legacy-restore" },
] as const;

/**
 * Deletes the bridge's rules where the node has programs for that. Without them the rules stay,
 * which does no harm once the bridge is gone.
 */
async function removeRules({ host }: CheckedCall, lan: Lan): Promise<void> {
  for (const { save, restore } of FIREWALLS) {
    // A rule that stands behind so many others stays, too.
    const saved = await host.run({ argv: inNetns(host.nodeNetns, save), mayBeCut: true });
    const stdin = planRules(saved.stdout, originalDevices(lan).bridge);
    if (stdin === "") continue;
    await host.run({ argv: inNetns(host.nodeNetns, [restore, "--wait", "--noflush"]), stdin });
  }
}

async function findLan(call: CheckedCall, lan: Lan): Promise<OriginalLan | undefined> {
  const { bridge, vxlan } = originalDevices(lan);
  const questions = [showLink(bridge), showLink(vxlan)];
  return pickLan(lan, await show(call, call.host.nodeNetns, questions));
}

/** The devices that the questions find; none where the namespace is gone. */
async function show(
  { kernel }: CheckedCall,
  netns: string,
  questions: readonly Question[],
): Promise<Link[]> {
  return await unlessNoNetns(kernel.show(netns, questions)) ?? [];
}
