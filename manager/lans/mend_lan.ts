// Mends a LAN whose devices somebody has deleted or changed: by ADD's own plan, under its lock.
import { FaultError } from "../../shared/faults.ts";
import {
  type Change,
  joinBridge,
  setBridge,
  setMtu,
  setNoLearning,
  setPort,
  showLink,
} from "../../shared/iproute2/commands.ts";
import type { Host } from "../../shared/host.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { SessionEnded } from "../../shared/iproute2/session.ts";
import { parseAlias, renderAlias } from "../../shared/lan/alias.ts";
import { planJoin } from "../../shared/lan/plan_port.ts";
import { type LanWanted, planCreateLan, refuseConflicts } from "../../shared/lan/plan_create.ts";
import {
  commonMtu,
  describeFinding,
  type Finding,
  type FoundDevices,
  inspectLan,
  isSigned,
} from "../../shared/lan/inspect_lan.ts";
import { GROUP, type Lan, lanDevices } from "../../shared/lan/lan.ts";
import { lock, lockFile } from "../../shared/lan/lock.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { askAboutLan, type LanState, pickLanState } from "../../shared/lan/lan_state.ts";
import { birthplaceOn, removeUnborn } from "../../shared/lan/unborn_vxlan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { execute, faultOf, type Step } from "../../shared/steps.ts";
import { pickDevices, type UsedLan } from "./find_troubles.ts";

/** The node that the LANs are on. */
export interface NodeOfLans {
  readonly facts: NodeFacts;
  readonly host: Host;
}

/**
 * Asks for the devices of a LAN with pods, under no lock. It looks closer than a list of all LANs.
 * @returns whether something is wrong, or a call has deleted devices while they were asked for
 */
export async function isBroken(kernel: Kernel, used: UsedLan): Promise<boolean> {
  try {
    return (await inspect(kernel, used)).findings.length > 0;
  } catch (thrown) {
    if (thrown instanceof SessionEnded) return true;
    throw thrown;
  }
}

/**
 * Mends it; the answer is what was wrong, or undefined when nothing is any more.
 * @throws {FaultError} when devices of other LANs are in the way, or the kernel refuses
 */
export async function mendLan(
  kernel: Kernel,
  used: UsedLan,
  node: NodeOfLans,
  timeoutMs: number,
): Promise<string | undefined> {
  const { lan } = used;
  using _lan = await lock(lockFile(lan.vni), { make: true, timeoutMs });
  const seen = await inspectLocked(kernel, used);
  const { found, findings } = seen;
  if (found.ports.length === 0 || findings.length === 0) return undefined;
  await repair(kernel, lan, seen, node);
  return describeFindings(lan, findings);
}

/**
 * Sets right what was found. Its caller has the LAN's lock.
 * @throws {FaultError} when devices of other LANs are in the way, or the kernel refuses
 */
export async function repair(
  kernel: Kernel,
  lan: Lan,
  { state: seen, found, mtu, findings }: Inspection,
  { facts, host }: NodeOfLans,
): Promise<void> {
  const state = withoutStrangeAliases(lan, seen);
  refuseConflicts(lan, state);
  const wanted: LanWanted = {
    lan,
    limits: parseAlias(state.bridge?.alias)?.limits ?? parseAlias(state.vxlan?.alias)?.limits ?? {},
    mtu: mtu ?? facts.mtu,
    vtep: state.vxlan?.vxlan?.local ?? facts.vtep,
    vxlanPort: state.vxlan?.vxlan?.vxlanPort ?? facts.vxlanPort,
    lanNetns: LAN_NETNS,
    underlayNetns: host.nodeNetns,
    birthplace: birthplaceOn(host.kernelRelease),
  };
  if (state.vxlan === undefined) await removeUnborn(kernel, host, lan);
  const failure = await execute(planMend(wanted, state, found, findings), kernel.apply);
  if (failure !== undefined) throw new FaultError(faultOf(failure));
}

/**
 * A device that bears the name of a LAN in use, and an alias that is nobody's, has had its alias
 * overwritten. Where its alias is another LAN's, it stays refused.
 */
function withoutStrangeAliases(lan: Lan, state: LanState): LanState {
  const names = lanDevices(lan);
  const read = (link: Link): Link => {
    const { alias, ...unsigned } = link;
    const isOwnName = [names.bridge, names.vxlan].includes(link.ifname);
    return isOwnName && parseAlias(alias) === undefined ? unsigned : link;
  };
  return Object.fromEntries(Object.entries(state).map(([what, link]) => [what, read(link)]));
}

export function describeFindings(lan: Lan, findings: readonly Finding[]): string {
  return findings.map((one) => describeFinding(lan, one)).join(", ");
}

export interface Inspection {
  readonly state: LanState;
  readonly found: FoundDevices;
  /** That of the LAN, in bytes; undefined where there is no device to tell it. */
  readonly mtu: number | undefined;
  readonly findings: readonly Finding[];
}

/**
 * The devices as they are, and what is wrong with them.
 * @param wantedMtu in bytes; without it, the MTU is what most of the devices have
 */
export async function inspect(
  kernel: Kernel,
  { lan, ports: known }: Pick<UsedLan, "lan" | "ports">,
  wantedMtu?: number,
): Promise<Inspection> {
  const links = await kernel.show(LAN_NETNS, [
    ...askAboutLan(lan),
    ...known.map(({ ifname }) => showLink(ifname)),
  ]);
  // Ports are not compared by name: the same interface of the same pod may have been attached to
  // another LAN since.
  const ports = links.filter(({ ifindex }) => known.some((port) => port.ifindex === ifindex));
  const found = pickDevices(lan, ports, (name) => links.find(({ ifname }) => ifname === name));
  const mtu = wantedMtu ?? commonMtu(found);
  const findings = inspectLan(lan, found, mtu);
  return { state: pickLanState(lan, links), found, mtu, findings };
}

/**
 * The same under the LAN's lock. `ip` keeps the index of each name that it has met, and its session
 * ends where a call has made a device anew since. Then another `ip` is asked.
 */
export async function inspectLocked(
  kernel: Kernel,
  used: Pick<UsedLan, "lan" | "ports">,
): Promise<Inspection> {
  try {
    return await inspect(kernel, used);
  } catch (thrown) {
    if (!(thrown instanceof SessionEnded)) throw thrown;
    return await inspect(kernel, used);
  }
}

function planMend(
  wanted: LanWanted,
  state: LanState,
  found: FoundDevices,
  findings: readonly Finding[],
): Step[] {
  const { lan, limits = {}, mtu, vxlanPort } = wanted;
  const { bridge, vxlan } = lanDevices(lan);
  const step = (change: Change, why: string): Step => ({ netns: LAN_NETNS, change, why });
  const wrong = new Set(findings.map(({ device }) => device));
  const lanAlias = renderAlias({ lan, limits, vxlanPort });
  return [
    ...planCreateLan(wanted, state),
    step(setBridge(bridge, lanAlias, mtu), `set up ${bridge}`),
    step(setMtu(vxlan, 0, mtu), `set up ${vxlan}`),
    step(setNoLearning(vxlan), `have ${vxlan} learn nothing`),
    step(joinBridge(vxlan, bridge), `join ${vxlan} to ${bridge}`),
    step(setPort({ name: vxlan, alias: lanAlias, learning: false }), `set up port ${vxlan}`),
    ...found.ports.filter(({ ifname }) => wrong.has(ifname)).flatMap(({ ifname, alias }) => [
      step(setMtu(ifname, GROUP.ports, mtu), `set up ${ifname}`),
      ...planJoin(lan, LAN_NETNS, {
        port: ifname,
        alias: isSigned(lan, alias) ? alias : lanAlias,
        owner: `port ${ifname}`,
        learning: parseAlias(alias)?.learning !== "off",
      }),
    ]),
  ];
}
