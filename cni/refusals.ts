// What an ADD refuses because of what stands already: other settings of its LAN, and its own name.
import { cut } from "../shared/quote.ts";
import { fail } from "../shared/faults.ts";
import type { Host } from "../shared/host.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { namespaceOf, parseAlias } from "../shared/lan/alias.ts";
import { type Lan, lanDevices, lanTitle } from "../shared/lan/lan.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import type { Attachment } from "../shared/lan/plan_port.ts";
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { birthplaceOn } from "../shared/lan/unborn_vxlan.ts";
import { findUnderlay } from "../shared/lan/underlay.ts";
import type { CheckedCall } from "./checked_call.ts";
import type { LanConfig } from "./config.ts";
import { showPodInterface } from "./sandbox.ts";

/**
 * Refuses an interface on a node that takes no more ports, or none of the pod's namespace.
 * @param pod `NAMESPACE/NAME`
 * @throws {FaultError} "try-later": other interfaces may go
 */
export function refuseFull(
  { environment: { ifname } }: CheckedCall,
  facts: NodeFacts | undefined,
  pod: string | undefined,
): void {
  const namespace = namespaceOf(pod);
  const { mostPorts, fullNamespaces = [] } = facts ?? {};
  const full = mostPorts !== undefined
    ? `this node has ${mostPorts} interfaces on LANs`
    : namespace !== undefined && fullNamespaces.includes(namespace)
    ? `namespace ${namespace} has very many interfaces on LANs on this node`
    : undefined;
  if (full === undefined) return;
  fail("try-later", `Cannot attach ${ifname}: ${full}, and takes no more (MEGALOS_MAX_PORTS)`);
}

/** Refuses settings that differ from those of a LAN which is in use. */
export async function refuseOtherSettings(
  { mtu, port: vxlanPort, master, maxMacs, stormLimit }: LanConfig,
  lan: Lan,
  bridge: Link | undefined,
  member: Link | undefined,
  { run }: Host,
): Promise<void> {
  const differs = <Value>(key: string, wanted: Value, actual: Value | "none" | undefined) => {
    if (wanted === undefined || wanted === null || actual === undefined) return;
    if (wanted === actual) return;
    fail(
      "config",
      `Cannot use ${key} ${wanted} for LAN ${lanTitle(lan)}: it stands with ${actual} on this node`,
    );
  };
  const { limits = {} } = parseAlias(bridge?.alias) ?? {};
  if (bridge?.alias !== undefined) {
    differs("maxMacs", maxMacs, limits.maxMacs ?? "none");
    differs("stormLimit", stormLimit, limits.stormLimit ?? "none");
  }
  const { vxlanPort: actualVxlanPort, local } = member?.vxlan ?? {};
  differs("mtu", mtu, member?.mtu);
  differs("port", vxlanPort, actualVxlanPort);
  if (typeof master !== "string" || local === undefined) return;
  const { vtep } = await findUnderlay(run, { device: master });
  differs(`master ${master} with VTEP address`, vtep, local);
}

/** @throws {FaultError} when the interface is there already, or CNI_NETNS is no namespace */
export async function refuseTaken(call: CheckedCall, attachment: Attachment, details?: string) {
  if (await showPodInterface(call) !== undefined) refuseIfname(attachment, details);
}

/**
 * Linux before 6.15 looks a new device's name up in the namespace of whoever makes it, too.
 * @throws {FaultError} when the interface is called as a device in the LAN namespace is
 */
export async function refuseLansName(
  { kernel }: CheckedCall,
  { ifname }: Attachment,
  details?: string,
) {
  const links = await kernel.show(LAN_NETNS, [showLink(ifname)]);
  if (!links.some((link) => link.ifname === ifname || link.altnames.includes(ifname))) return;
  refuseNameOfDevice(ifname, details);
}

/**
 * The same for a device of the attachment's own LAN, before anything is made: once the kernel has
 * refused the interface, a LAN that was made for it is gone again, and nothing tells the reason.
 * @throws {FaultError} when Linux looks the name up among them
 */
export function refuseOwnLansName({ host }: CheckedCall, lan: Lan, { ifname }: Attachment) {
  if (birthplaceOn(host.kernelRelease) === "lan") return;
  if (Object.values(lanDevices(lan)).includes(ifname)) refuseNameOfDevice(ifname);
}

function refuseNameOfDevice(ifname: string, details?: string): never {
  const rule = "a LAN's device has that name, which Linux before 6.15 refuses";
  fail("environment", `Cannot use CNI_IFNAME ${ifname}: ${rule}`, details);
}

/** Refuses an attachment whose port stands although its interface is not in this namespace. */
export function refuseAttached(
  { environment: { containerId } }: CheckedCall,
  { ifname, netns }: Attachment,
): never {
  fail(
    "environment",
    `Cannot attach interface ${ifname} of container ${cut(containerId)} to ${cut(netns)}: ` +
      "that interface is attached already, in another namespace",
  );
}

function refuseIfname({ ifname, netns }: Attachment, details?: string): never {
  fail(
    "environment",
    `Cannot use CNI_IFNAME ${ifname}: an interface of that name is already in ${cut(netns)}`,
    details,
  );
}
