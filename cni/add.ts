// ADD: joins a pod to a LAN by a veth, making the LAN's devices on this node when it is the first.
import { fail, FaultError } from "../shared/faults.ts";
import {
  addVeth,
  deleteLink,
  setPort,
  setUp,
  showLink,
  showPorts,
} from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { renderAlias } from "../shared/lan/alias.ts";
import { type LanWanted, planCreateLan, refuseConflicts } from "../shared/lan/create_devices.ts";
import { GROUP, identifyLan, type Lan, lanDevices, lanTitle, portName } from "../shared/lan/lan.ts";
import { vxlanOverhead } from "../shared/lan/node_facts.ts";
import { askAboutLan, type LanState, pickLanState } from "../shared/lan/observe.ts";
import { execute, faultOf, type Step } from "../shared/steps.ts";
import { parseCniArgs } from "./cni_args.ts";
import { chooseMac, type JsonObject, type LanConfig, readLanConfig } from "./config.ts";
import { lockLan, makeLanNetns } from "./lan_access.ts";
import { observe } from "./observe.ts";
import { makeMac } from "./mac.ts";
import { type Node, readNode, readUnderlay } from "./node.ts";
import type { Request } from "./request.ts";
import { renderResult } from "./result.ts";

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

export async function add(request: Request): Promise<JsonObject> {
  const { environment, ports } = request;
  const config = readLanConfig(request.config);
  const args = parseCniArgs(environment.args);
  const lan = await identifyLan(request.name, config.suffix, config.vxlanId);
  const attachment: Attachment = {
    port: await portName(environment.containerId, environment.ifname),
    portMac: makeMac(ports.random(6)),
    ifname: environment.ifname,
    mac: chooseMac(config, args.mac) ?? makeMac(ports.random(6)),
    netns: environment.netns,
    ...(args.pod !== undefined && { pod: args.pod }),
  };
  const node = await readNode(request);
  using _lan = await lockLan(request, lan.vni);
  const questions = [...askAboutLan(lan), showLink(attachment.port)];
  const [podInterface, found] = await observe(request, node, questions);
  if (found === undefined) await makeLanNetns(request, node);
  const links = found ?? [];
  const state = pickLanState(lan, links);
  refuseConflicts(lan, state);
  const member = await findMember(request, node, state);
  refuseOtherSettings(config, lan, member);
  const isTaken = podInterface !== undefined || attachment.ifname === "lo" ||
    links.some((link) => link.ifname === attachment.port);
  if (isTaken) {
    fail(
      "environment",
      `Cannot use CNI_IFNAME ${attachment.ifname}: an interface of that name is already in ${attachment.netns}`,
    );
  }
  const wanted = await wantLan(lan, config, member, node, request);
  const steps = [...planCreateLan(wanted, state), ...planAttach(wanted, attachment)];
  const failure = await execute(steps, request.kernel.apply);
  if (failure !== undefined) throw new FaultError(faultOf(failure));
  return renderResult(request.version, [
    { name: attachment.port, mac: attachment.portMac, mtu: wanted.mtu },
    { name: attachment.ifname, mac: attachment.mac, mtu: wanted.mtu, sandbox: attachment.netns },
  ], config.prevResult ?? {});
}

/** Two devices in two namespaces by one message; the pod's end is started last, by a command in its own namespace. */
export function planAttach({ lan, mtu, lanNetns }: LanWanted, attachment: Attachment): Step[] {
  const { port, portMac, ifname, mac, netns, pod } = attachment;
  const title = `interface ${ifname} and LAN ${lanTitle(lan)}`;
  const alias = renderAlias({ lan, owner: { ifname, ...(pod !== undefined && { pod }) } });
  const veth = addVeth({
    name: port,
    bridge: lanDevices(lan).bridge,
    mtu,
    mac: portMac,
    group: GROUP.ports,
    peer: { name: ifname, mac, netns },
  });
  return [
    { netns: lanNetns, args: veth, undo: deleteLink(port), why: `join ${title}` },
    {
      netns: lanNetns,
      args: setPort({ name: port, alias, learning: true }),
      why: `set up the port between ${title}`,
    },
    { netns, args: setUp(ifname), why: `start interface ${ifname} in ${netns}` },
  ];
}

/** A device that has the LAN's MTU, its VXLAN device first: a bridge without ports goes back to the kernel's own. */
async function findMember(
  { kernel }: Request,
  node: Node,
  { bridge, vxlan }: LanState,
): Promise<Link | undefined> {
  if (vxlan !== undefined || bridge === undefined) return vxlan;
  const [port] = await kernel.show(node.lanNetns, [showPorts(bridge.ifname)]);
  return port;
}

async function wantLan(
  lan: Lan,
  config: LanConfig,
  member: Link | undefined,
  node: Node,
  request: Request,
): Promise<LanWanted> {
  const { ports } = request;
  const common = {
    lan,
    port: config.port ?? node.facts?.port ?? VXLAN_PORT,
    lanNetns: node.lanNetns,
    underlayNetns: ports.nodeNetns,
  };
  // What stands keeps its settings: nothing is to be found out.
  const vtep = member?.vxlan?.local;
  if (member !== undefined && vtep !== undefined) return { ...common, vtep, mtu: member.mtu };
  const underlay = await readUnderlay(node, config.master, ports);
  const mtu = member?.mtu ?? config.mtu ?? underlay.mtu - vxlanOverhead(underlay.vtep);
  return { ...common, vtep: underlay.vtep, mtu };
}

/** Refuses settings that differ from those of a LAN which is in use. */
function refuseOtherSettings(config: LanConfig, lan: Lan, member: Link | undefined): void {
  const differs = (key: string, wanted: number | undefined, actual: number | undefined) => {
    if (wanted === undefined || actual === undefined || wanted === actual) return;
    fail(
      "config",
      `Cannot use ${key} ${wanted} for LAN ${lanTitle(lan)}: it stands with ${actual} on this node`,
    );
  };
  differs("mtu", config.mtu, member?.mtu);
  differs("port", config.port, member?.vxlan?.port);
}
