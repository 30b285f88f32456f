// ADD: joins a pod to a LAN by a veth, making the LAN's devices on this node when it is the first.
import { fail, FaultError } from "../shared/faults.ts";
import {
  addVeth,
  deleteLink,
  joinBridge,
  setPort,
  showLink,
  showPorts,
} from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { renderAlias } from "../shared/lan/alias.ts";
import { type LanWanted, planCreateLan, refuseConflicts } from "../shared/lan/plan_create.ts";
import { GROUP, identifyLan, type Lan, lanDevices, lanTitle, portName } from "../shared/lan/lan.ts";
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { findUnderlay, vxlanOverhead } from "../shared/lan/underlay.ts";
import {
  askAboutLan,
  findUnnamedVxlan,
  type LanState,
  pickLanState,
} from "../shared/lan/lan_state.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import type { Host } from "../shared/host.ts";
import { execute, faultOf, type Step } from "../shared/steps.ts";
import { parseCniArgs } from "./cni_args.ts";
import { chooseMac, type JsonObject, type LanConfig, readLanConfig } from "./config.ts";
import { lockLan, makeLanNetns, showInLanNetns } from "./lan_access.ts";
import { makeMac } from "./mac.ts";
import { readFacts, readUnderlay } from "./node.ts";
import type { CheckedCall } from "./checked_call.ts";
import { renderResult } from "./result.ts";
import { refuseNetns, showPodInterface } from "./sandbox.ts";

/** Both ends of a pod's attachment. */
export interface Attachment {
  /** Host-side name, in the LAN namespace. */
  readonly port: string;
  readonly portMac: string;
  readonly ifname: string;
  readonly mac: string;
  /** Path of the pod's namespace. */
  readonly netns: string;
  readonly pod?: string;
}

/** DEFAULT of RFC 7348, where neither config nor manager says another. */
const VXLAN_PORT = 4789;

export async function add(call: CheckedCall): Promise<JsonObject> {
  const { environment, host } = call;
  const config = readLanConfig(call.config);
  const args = parseCniArgs(environment.args);
  const lan = await identifyLan(call.name, config.suffix, config.vxlanId);
  const attachment: Attachment = {
    port: await portName(environment.containerId, environment.ifname),
    portMac: makeMac(host.random(6)),
    ifname: environment.ifname,
    mac: chooseMac(config, args.mac) ?? makeMac(host.random(6)),
    netns: environment.netns,
    ...(args.pod !== undefined && { pod: args.pod }),
  };
  const facts = await readFacts(call);
  using _lan = await lockLan(call, lan.vni);
  await refuseNetns(call, facts);
  const found = await showInLanNetns(call, [...askAboutLan(lan), showLink(attachment.port)]);
  if (found === undefined) {
    await refuseTaken(call, attachment);
    await makeLanNetns(call);
  }
  const links = found ?? [];
  const named = pickLanState(lan, links);
  refuseConflicts(lan, named);
  const state = await findUnnamedVxlan(call.kernel, LAN_NETNS, lan, named);
  const member = await findMember(call, state);
  await refuseOtherSettings(config, lan, member, host);
  if (links.some((link) => link.ifname === attachment.port)) refuseIfname(attachment);
  const wanted = await wantLan(lan, config, member, facts, call);
  const attach = planAttach(wanted, attachment);
  const steps = [...planCreateLan(wanted, state), ...attach];
  const failure = await execute(steps, call.kernel.apply);
  if (failure !== undefined) {
    const fault = faultOf(failure);
    // The first step alone is about the pod's namespace. Time that is over is not spent again.
    const isPods = failure.step === attach[0] && failure.failure.reason === "exit";
    if (isPods) {
      await refuseTaken(call, attachment, fault.details);
      await refuseLansName(call, attachment, fault.details);
    }
    throw new FaultError(fault);
  }
  return renderResult(call.version, [
    { name: attachment.port, mac: attachment.portMac, mtu: wanted.mtu },
    { name: attachment.ifname, mac: attachment.mac, mtu: wanted.mtu, sandbox: attachment.netns },
  ], config.prevResult ?? {});
}

/**
 * Two devices in two namespaces by one message, from the LAN namespace alone: the pod's is neither entered nor asked before.
 * Its kernel refuses what cannot be, and why is asked then.
 */
export function planAttach(
  { lan, mtu, lanNetns: netns }: LanWanted,
  attachment: Attachment,
): Step[] {
  const { port, portMac, ifname, mac, pod } = attachment;
  const title = `interface ${ifname} and LAN ${lanTitle(lan)}`;
  const alias = renderAlias({ lan, owner: { ifname, ...(pod !== undefined && { pod }) } });
  const veth = addVeth({
    ...{ name: ifname, mac, netns: attachment.netns, mtu },
    peer: { name: port, mac: portMac, group: GROUP.ports },
  });
  return [
    {
      netns,
      change: veth,
      undo: deleteLink(port),
      why: `make interface ${ifname} in ${attachment.netns}`,
    },
    { netns, change: joinBridge(port, lanDevices(lan).bridge), why: `join ${title}` },
    {
      netns,
      change: setPort({ name: port, alias, learning: true }),
      why: `set up the port between ${title}`,
    },
  ];
}

/** A device that has the LAN's MTU, its VXLAN device first: a bridge without ports goes back to the kernel's own. */
async function findMember(
  { kernel }: CheckedCall,
  { bridge, vxlan, unnamedVxlan = vxlan }: LanState,
): Promise<Link | undefined> {
  if (unnamedVxlan !== undefined || bridge === undefined) return unnamedVxlan;
  const [port] = await kernel.show(LAN_NETNS, [showPorts(bridge.ifname)]);
  return port;
}

async function wantLan(
  lan: Lan,
  config: LanConfig,
  member: Link | undefined,
  facts: NodeFacts | undefined,
  call: CheckedCall,
): Promise<LanWanted> {
  const { host } = call;
  const common = {
    lan,
    vxlanPort: config.port ?? facts?.vxlanPort ?? VXLAN_PORT,
    lanNetns: LAN_NETNS,
    underlayNetns: host.nodeNetns,
  };
  // What stands keeps its settings: nothing is to be found out.
  const vtep = member?.vxlan?.local;
  if (member !== undefined && vtep !== undefined) return { ...common, vtep, mtu: member.mtu };
  const underlay = await readUnderlay(facts, config.master ?? undefined, host);
  const mtu = member?.mtu ?? config.mtu ?? underlay.mtu - vxlanOverhead(underlay.vtep);
  return { ...common, vtep: underlay.vtep, mtu };
}

/** Refuses settings that differ from those of a LAN which is in use. */
async function refuseOtherSettings(
  config: LanConfig,
  lan: Lan,
  member: Link | undefined,
  { run }: Host,
): Promise<void> {
  const differs = <Value>(key: string, wanted: Value, actual: Value | undefined) => {
    if (wanted === undefined || wanted === null || actual === undefined) return;
    if (wanted === actual) return;
    fail(
      "config",
      `Cannot use ${key} ${wanted} for LAN ${lanTitle(lan)}: it stands with ${actual} on this node`,
    );
  };
  const { mtu, port: vxlanPort, master } = config;
  const { vxlanPort: actualVxlanPort, local } = member?.vxlan ?? {};
  differs("mtu", mtu, member?.mtu);
  differs("port", vxlanPort, actualVxlanPort);
  if (typeof master !== "string" || local === undefined) return;
  const { vtep } = await findUnderlay(run, { device: master });
  differs(`master ${master} with VTEP address`, vtep, local);
}

/** @throws {FaultError} when the interface is there already, or CNI_NETNS is no namespace */
async function refuseTaken(call: CheckedCall, attachment: Attachment, details?: string) {
  if (await showPodInterface(call) !== undefined) refuseIfname(attachment, details);
}

/**
 * Linux before 6.15 looks a new device's name up in the namespace of whoever makes it, too.
 * @throws {FaultError} when the interface is called as a device in the LAN namespace is
 */
async function refuseLansName({ kernel }: CheckedCall, { ifname }: Attachment, details?: string) {
  const links = await kernel.show(LAN_NETNS, [showLink(ifname)]);
  if (!links.some((link) => link.ifname === ifname || link.altnames.includes(ifname))) return;
  fail(
    "environment",
    `Cannot use CNI_IFNAME ${ifname}: a LAN's device has that name, which Linux before 6.15 refuses`,
    details,
  );
}

function refuseIfname({ ifname, netns }: Attachment, details?: string): never {
  fail(
    "environment",
    `Cannot use CNI_IFNAME ${ifname}: an interface of that name is already in ${netns}`,
    details,
  );
}
