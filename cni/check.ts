// CHECK: compares what ADD answered with what the kernel has.
import { cut } from "../shared/quote.ts";
import { fail } from "../shared/faults.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { refuseConflicts } from "../shared/lan/plan_create.ts";
import { describeFinding, type Finding, inspectLan } from "../shared/lan/inspect_lan.ts";
import { identifyLan, lanTitle, portName } from "../shared/lan/lan.ts";
import { askAboutLan, pickLanState } from "../shared/lan/lan_state.ts";
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
  const found = { ...state, ports: hostSide === undefined ? [] : [hostSide] };
  const findings = inspectLan(lan, found, state.vxlan?.mtu);
  const says = (one: Finding) => describeFinding(lan, one);
  const ofLan = findings.filter(({ role }) => role !== "port").map(says);
  const wrong = [
    ...compareInterface(expected, actual),
    ...(ofLan.length === 0
      ? []
      : [`LAN ${lanTitle(lan)} is not whole on this node: ${ofLan.join(", ")}`]),
    ...(hostSide === undefined ? [`port ${port} is not in LAN ${lanTitle(lan)}`] : []),
    ...findings.filter(({ role }) => role === "port").map(says),
  ];
  if (wrong.length > 0) {
    fail("check", `Cannot confirm interface ${environment.ifname}: ${wrong.join("; ")}`);
  }
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
      `Cannot use the config: prevResult has no interface ${ifname} with sandbox ${cut(netns)}`,
    );
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
