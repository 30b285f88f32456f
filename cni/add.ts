// ADD: joins a pod to a LAN by a veth, making the LAN's devices on this node when it is the first.
import { fail, FaultError } from "../shared/faults.ts";
import { addVeth, deleteLink, setPort, setUp, showLink } from "../shared/iproute2/commands.ts";
import { renderAlias } from "../shared/lan/alias.ts";
import { type LanWanted, planCreateLan, refuseConflicts } from "../shared/lan/create_devices.ts";
import { GROUP, identifyLan, type Lan, lanDevices, lanTitle, portName } from "../shared/lan/lan.ts";
import { vxlanOverhead } from "../shared/lan/node_facts.ts";
import { askAboutLan, type LanState, pickLanState } from "../shared/lan/observe.ts";
import { execute, faultOf, type Step } from "../shared/steps.ts";
import { parseCniArgs } from "./cni_args.ts";
import { chooseMac, type JsonObject, type LanConfig, readLanConfig } from "./config.ts";
import { lockLan, showInLanNetns } from "./lan_access.ts";
import { makeMac } from "./mac.ts";
import { type Node, readNode, readUnderlay } from "./node.ts";
import type { Request } from "./request.ts";
import { renderResult } from "./result.ts";
import { refuseNodeNetns, showPodInterface } from "./sandbox.ts";

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
  const [links, podInterface] = await Promise.all([
    showInLanNetns(request, node, [...askAboutLan(lan), showLink(attachment.port)]),
    showPodInterface(request),
    refuseNodeNetns(request, node),
  ]);
  const state = pickLanState(lan, links);
  refuseConflicts(lan, state);
  refuseOtherSettings(config, lan, state);
  if (podInterface !== undefined || links.some((link) => link.ifname === attachment.port)) {
    fail(
      "environment",
      `Cannot use CNI_IFNAME ${attachment.ifname}: an interface of that name is already in ${attachment.netns}`,
    );
  }
  const wanted = await wantLan(lan, config, state, node, request);
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

async function wantLan(
  lan: Lan,
  config: LanConfig,
  state: LanState,
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
  const vtep = state.vxlan?.vxlan?.local;
  if (state.bridge !== undefined && vtep !== undefined) {
    return { ...common, vtep, mtu: state.bridge.mtu };
  }
  const underlay = await readUnderlay(node, config.master, ports);
  const mtu = config.mtu ?? state.bridge?.mtu ?? underlay.mtu - vxlanOverhead(underlay.vtep);
  return { ...common, vtep: underlay.vtep, mtu };
}

/** Refuses settings that differ from those of a LAN which is in use. */
function refuseOtherSettings(config: LanConfig, lan: Lan, { bridge, vxlan }: LanState): void {
  const differs = (key: string, wanted: number | undefined, actual: number | undefined) => {
    if (wanted === undefined || actual === undefined || wanted === actual) return;
    fail(
      "config",
      `Cannot use ${key} ${wanted} for LAN ${lanTitle(lan)}: it stands with ${actual} on this node`,
    );
  };
  differs("mtu", config.mtu, bridge?.mtu);
  differs("port", config.port, vxlan?.vxlan?.port);
}
