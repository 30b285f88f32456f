// ADD: joins a pod to a LAN by a veth, and makes the LAN's devices for the first pod of this node.
import { FaultError } from "../shared/faults.ts";
import { showLink, showPorts } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { type LanWanted, planCreateLan, refuseConflicts } from "../shared/lan/plan_create.ts";
import { VXLAN_PORT } from "../shared/lan/alias.ts";
import { identifyLan, type Lan, portName } from "../shared/lan/lan.ts";
import { type Attachment, planAttach } from "../shared/lan/plan_port.ts";
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { birthplaceOn, removeUnborn } from "../shared/lan/unborn_vxlan.ts";
import { vxlanOverhead } from "../shared/lan/underlay.ts";
import { askAboutLan, type LanState, pickLanState } from "../shared/lan/lan_state.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import type { Host } from "../shared/host.ts";
import { execute, faultOf, type Step, type StepFailure } from "../shared/steps.ts";
import { parseCniArgs } from "./cni_args.ts";
import { chooseMac, type JsonObject, type LanConfig, readLanConfig } from "./config.ts";
import { lockLan, makeLanNetns, showInLanNetns } from "./lan_access.ts";
import { makeMac } from "../shared/mac.ts";
import { readFacts, readUnderlay } from "./node.ts";
import type { CheckedCall } from "./checked_call.ts";
import { renderResult } from "./result.ts";
import {
  refuseAttached,
  refuseFull,
  refuseLansName,
  refuseOtherSettings,
  refuseOwnLansName,
  refuseTaken,
} from "./refusals.ts";
import { refuseNetns } from "./sandbox.ts";

/** What a call asks for. */
interface Wish {
  readonly config: LanConfig;
  readonly lan: Lan;
  readonly attachment: Attachment;
}

/** What stands on this node. */
interface Standing {
  readonly state: LanState;
  /** A device that has the LAN's MTU; undefined where there is none. */
  readonly member: Link | undefined;
  /** The attachment's port is there already. */
  readonly hasPort: boolean;
}

/** @throws {FaultError} when something of it is refused, or the kernel refuses it */
export async function add(call: CheckedCall): Promise<JsonObject> {
  const wish = await readWish(call);
  refuseOwnLansName(call, wish.lan, wish.attachment);
  const facts = await readFacts(call);
  refuseFull(call, facts, wish.attachment.pod);
  using _lan = await lockLan(call, wish.lan.vni);
  await refuseNetns(call, facts);
  const seen = await observe(call, wish);
  await refuse(call, wish, seen);
  const wanted = await settle(wish, seen, facts, call.host);
  if (seen.state.vxlan === undefined) await removeUnborn(call.kernel, call.host, wish.lan);
  const attach = planAttach(wanted, wish.attachment);
  const failure = await execute(
    [...planCreateLan(wanted, seen.state), ...attach],
    call.kernel.apply,
  );
  if (failure !== undefined) {
    await explain(call, wish.attachment, failure, attach[0]);
    throw new FaultError(faultOf(failure));
  }
  return renderAnswer(call, wish, wanted.mtu);
}

/** @throws {FaultError} when config or CNI_ARGS break a rule */
async function readWish(call: CheckedCall): Promise<Wish> {
  const { environment, host, name } = call;
  const { containerId, ifname, netns } = environment;
  const config = readLanConfig(call.config);
  const args = parseCniArgs(environment.args);
  return {
    config,
    lan: await identifyLan(name, config.suffix, config.vxlanId),
    attachment: {
      port: await portName(containerId, ifname),
      portMac: makeMac(host.random(6)),
      ifname,
      mac: chooseMac(config, args.mac) ?? makeMac(host.random(6)),
      netns,
      ...(args.pod !== undefined && { pod: args.pod }),
    },
  };
}

/** Looks at the LAN, and makes the LAN namespace where it is missing and no manager makes it. */
async function observe(call: CheckedCall, { lan, attachment }: Wish): Promise<Standing> {
  const { port } = attachment;
  const links = await showInLanNetns(call, [...askAboutLan(lan), showLink(port)]);
  if (links === undefined) {
    await refuseTaken(call, attachment);
    await makeLanNetns(call);
    return { state: {}, member: undefined, hasPort: false };
  }
  const state = pickLanState(lan, links);
  refuseConflicts(lan, state);
  return {
    state,
    member: await findMember(call, state),
    hasPort: links.some((link) => link.ifname === port),
  };
}

/** @throws {FaultError} when what is asked for does not fit what stands */
async function refuse(
  call: CheckedCall,
  wish: Wish,
  { state, member, hasPort }: Standing,
): Promise<void> {
  await refuseOtherSettings(wish.config, wish.lan, state.bridge, member, call.host);
  if (!hasPort) return;
  await refuseTaken(call, wish.attachment);
  refuseAttached(call, wish.attachment);
}

/**
 * Finds out why the kernel has refused the pod's interface. Only the first step of the attachment
 * is about the pod's namespace. A call whose time is over asks nothing more.
 * @throws {FaultError} with the reason, where it is found
 */
async function explain(
  call: CheckedCall,
  attachment: Attachment,
  failed: StepFailure,
  makePair: Step | undefined,
): Promise<void> {
  if (failed.step !== makePair || failed.failure.reason !== "exit") return;
  const { details } = faultOf(failed);
  await refuseTaken(call, attachment, details);
  await refuseLansName(call, attachment, details);
}

function renderAnswer({ version }: CheckedCall, { config, attachment }: Wish, mtu: number) {
  const { port, portMac, ifname, mac, netns } = attachment;
  return renderResult(version, [
    { name: port, mac: portMac, mtu },
    { name: ifname, mac, mtu, sandbox: netns },
  ], config.prevResult ?? {});
}

/**
 * A device that has the LAN's MTU. Its bridge has it only while it has ports: then the kernel gives
 * the bridge another one. So the VXLAN device is taken, or else a port.
 */
async function findMember(
  { kernel }: CheckedCall,
  { bridge, vxlan }: LanState,
): Promise<Link | undefined> {
  if (vxlan !== undefined || bridge === undefined) return vxlan;
  const [port] = await kernel.show(LAN_NETNS, [showPorts(bridge.ifname)]);
  return port;
}

/** Decides what the config leaves open: what stands first, then the config, then the node. */
async function settle(
  { config, lan }: Wish,
  { member }: Standing,
  facts: NodeFacts | undefined,
  host: Host,
): Promise<LanWanted> {
  const { maxMacs, stormLimit } = config;
  const common = {
    lan,
    limits: {
      ...(typeof maxMacs === "number" && { maxMacs }),
      ...(typeof stormLimit === "number" && { stormLimit }),
    },
    vxlanPort: config.port ?? facts?.vxlanPort ?? VXLAN_PORT,
    lanNetns: LAN_NETNS,
    underlayNetns: host.nodeNetns,
    birthplace: birthplaceOn(host.kernelRelease),
  };
  // A LAN that stands keeps its settings, so the node need not be asked for them.
  const vtep = member?.vxlan?.local;
  if (member !== undefined && vtep !== undefined) return { ...common, vtep, mtu: member.mtu };
  const underlay = await readUnderlay(facts, config.master ?? undefined, host);
  const mtu = member?.mtu ?? config.mtu ?? underlay.mtu - vxlanOverhead(underlay.vtep);
  return { ...common, vtep: underlay.vtep, mtu };
}
