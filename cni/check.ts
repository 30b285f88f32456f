// CHECK: compares what ADD answered with what the kernel has.
import { fail } from "../shared/faults.ts";
import { PORT_FORWARD_MASK, showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { isComplete, refuseConflicts } from "../shared/lan/plan_create.ts";
import { identifyLan, type Lan, lanDevices, lanTitle, portName } from "../shared/lan/lan.ts";
import { askAboutLan, type LanState, pickLanState } from "../shared/lan/lan_state.ts";
import { type JsonObject, readLanConfig } from "./config.ts";
import { lockLan, showInLanNetns } from "./lan_access.ts";
import { readFacts } from "./node.ts";
import type { CheckedCall } from "./checked_call.ts";
import { findInterface } from "./result.ts";
import { refuseNetns, showPodInterface } from "./sandbox.ts";

export async function check(call: CheckedCall): Promise<undefined> {
  const { environment } = call;
  const config = readLanConfig(call.config);
  const expected = findExpected(call, config.prevResult ?? undefined);
  const lan = await identifyLan(call.name, config.suffix, config.vxlanId);
  const port = await portName(environment.containerId, environment.ifname);
  const facts = await readFacts(call);
  using _lan = await lockLan(call, lan.vni);
  const questions = [...askAboutLan(lan), showLink(port)];
  await refuseNetns(call, facts);
  const actual = await showPodInterface(call);
  const links = await showInLanNetns(call, questions) ?? [];
  const state = pickLanState(lan, links);
  refuseConflicts(lan, state);
  const hostSide = links.find((link) => link.ifname === port);
  const wrong = [
    ...compareInterface(expected, actual),
    ...(isWhole(state) ? [] : [`LAN ${lanTitle(lan)} is not whole on this node`]),
    ...comparePort(port, hostSide, lan),
    ...(isWire(hostSide, true) ? [] : [`port ${port} is not set up to forward all`]),
    ...(hostSide?.mtu === state.vxlan?.mtu
      ? []
      : [`port ${port} has MTU ${hostSide?.mtu}, its LAN ${state.vxlan?.mtu}`]),
  ];
  if (wrong.length > 0) {
    fail("check", `Cannot confirm interface ${environment.ifname}: ${wrong.join("; ")}`);
  }
}

function comparePort(name: string, port: Link | undefined, lan: Lan): string[] {
  const { bridge } = lanDevices(lan);
  const master = port?.master;
  return [
    ...(master === bridge
      ? []
      : [`port ${name} is not in LAN ${lanTitle(lan)}${master ? ` but in ${master}` : ""}`]),
    ...(port?.up === false ? [`port ${name} is down`] : []),
  ];
}

function findExpected(
  { environment }: CheckedCall,
  prevResult: JsonObject | undefined,
): JsonObject {
  const { ifname, netns } = environment;
  if (prevResult === undefined) {
    fail("config", "Cannot use the config: prevResult is missing; CHECK compares with it");
  }
  return findInterface(prevResult, ifname, netns) ??
    fail(
      "config",
      `Cannot use the config: prevResult has no interface ${ifname} with sandbox ${netns}`,
    );
}

function isWhole(state: LanState): boolean {
  const { bridge, vxlan } = state;
  return isComplete(state) && bridge?.up === true && vxlan?.up === true && isWire(vxlan, false);
}

/** Whether a bridge port has what ADD gives one. */
function isWire(link: Link | undefined, learning: boolean): boolean {
  return link?.port?.learning === learning && link.port.groupFwdMask === PORT_FORWARD_MASK;
}

function compareInterface(expected: JsonObject, actual: Link | undefined): string[] {
  if (actual === undefined) return [`${expected.name} is not in its namespace`];
  const { mac, mtu } = expected;
  return [
    ...(actual.up ? [] : [`${actual.ifname} is down`]),
    ...(typeof mac !== "string" || mac.toLowerCase() === actual.mac
      ? []
      : [`its MAC is ${actual.mac}, not ${mac}`]),
    ...(typeof mtu !== "number" || mtu === actual.mtu
      ? []
      : [`its MTU is ${actual.mtu}, not ${mtu}`]),
  ];
}
