// Mends a LAN whose devices somebody has deleted or changed, under its lock: the same plan as an ADD's, and its ports joined again.
import { FaultError } from "../../shared/faults.ts";
import { joinBridge, setAlias, setPort, setUp, showLink } from "../../shared/iproute2/commands.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { renderAlias } from "../../shared/lan/alias.ts";
import { planCreateLan, refuseConflicts } from "../../shared/lan/plan_create.ts";
import { type Lan, lanDevices } from "../../shared/lan/lan.ts";
import { lock, lockFile } from "../../shared/lan/lock.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import {
  askAboutLan,
  findUnnamedVxlan,
  type LanState,
  pickLanState,
} from "../../shared/lan/lan_state.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { execute, faultOf, type Step } from "../../shared/steps.ts";
import { type BrokenLan, findFault } from "./find_troubles.ts";

/**
 * Mends it; the answer is what was wrong, or undefined when nothing is any more.
 * @throws {FaultError} when devices of other LANs are in the way, or the kernel refuses
 */
export async function mendLan(
  kernel: Kernel,
  { lan, ports: known }: BrokenLan,
  facts: NodeFacts,
  timeoutMs: number,
): Promise<string | undefined> {
  using _lan = await lock(lockFile(lan.vni), true, timeoutMs);
  const links = await kernel.show(LAN_NETNS, [
    ...askAboutLan(lan),
    ...known.map(({ ifname }) => showLink(ifname)),
  ]);
  const state = pickLanState(lan, links);
  // Not by name: the same interface of the same pod may have been attached to another LAN since.
  const ports = links.filter(({ ifindex }) => known.some((port) => port.ifindex === ifindex));
  const [first] = ports;
  if (first === undefined) return undefined;
  const why = findFault(lan, ports, (name) => links.find(({ ifname }) => ifname === name));
  if (why === undefined) return undefined;
  refuseConflicts(lan, state);
  const whole = await findUnnamedVxlan(kernel, LAN_NETNS, lan, state);
  const failure = await execute(planMend(lan, whole, ports, first.mtu, facts), kernel.apply);
  if (failure !== undefined) throw new FaultError(faultOf(failure));
  return why;
}

function planMend(
  lan: Lan,
  state: LanState,
  ports: readonly Link[],
  mtu: number,
  facts: NodeFacts,
): Step[] {
  const { bridge, vxlan } = lanDevices(lan);
  const standing = (state.vxlan ?? state.unnamedVxlan)?.vxlan;
  const step = (args: Step["args"], why: string): Step => ({ netns: LAN_NETNS, args, why });
  const wanted = {
    lan,
    mtu,
    vtep: standing?.local ?? facts.vtep,
    vxlanPort: standing?.vxlanPort ?? facts.vxlanPort,
    lanNetns: LAN_NETNS,
    underlayNetns: `/proc/${Deno.pid}/ns/net`,
  };
  const lost = ports.filter(({ master, up }) => master !== bridge || !up);
  return [
    ...planCreateLan(wanted, state),
    step(setAlias(bridge, renderAlias({ lan })), `sign ${bridge}`),
    ...[bridge, vxlan].map((name) => step(setUp(name), `start ${name}`)),
    ...lost.flatMap(({ ifname, alias = "" }) => [
      step(joinBridge(ifname, bridge), `join port ${ifname} to ${bridge}`),
      step(setPort({ name: ifname, alias, learning: true }), `set up port ${ifname}`),
    ]),
  ];
}
