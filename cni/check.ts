// CHECK: compares what ADD answered with what the kernel has.
import { fail } from "../shared/faults.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { isComplete } from "../shared/lan/create_devices.ts";
import { identifyLan, lanDevices, lanTitle, portName } from "../shared/lan/lan.ts";
import { askAboutLan, pickLanState } from "../shared/lan/observe.ts";
import { type JsonObject, readLanConfig } from "./config.ts";
import { lockLan, showInLanNetns } from "./lan_access.ts";
import { readNode } from "./node.ts";
import type { Request } from "./request.ts";
import { findInterface } from "./result.ts";
import { refuseNodeNetns, showPodInterface } from "./sandbox.ts";

export async function check(request: Request): Promise<undefined> {
  const { environment } = request;
  const config = readLanConfig(request.config);
  const expected = findExpected(request, config.prevResult ?? undefined);
  const lan = await identifyLan(request.name, config.suffix, config.vxlanId);
  const port = await portName(environment.containerId, environment.ifname);
  const node = await readNode(request);
  using _lan = await lockLan(request, lan.vni);
  const [links, actual] = await Promise.all([
    showInLanNetns(request, node, [...askAboutLan(lan), showLink(port)]),
    showPodInterface(request),
    refuseNodeNetns(request, node),
  ]);
  const state = pickLanState(lan, links);
  const hostSide = links.find((link) => link.ifname === port);
  const wrong = [
    ...compareInterface(expected, actual),
    ...(isComplete(state) && state.bridge?.up && state.vxlan?.up
      ? []
      : [`LAN ${lanTitle(lan)} is not whole on this node`]),
    ...(hostSide?.master === lanDevices(lan).bridge && hostSide.up
      ? []
      : [`port ${port} is not up in LAN ${lanTitle(lan)}`]),
    ...(hostSide?.mtu === state.bridge?.mtu
      ? []
      : [`port ${port} has MTU ${hostSide?.mtu}, its LAN ${state.bridge?.mtu}`]),
  ];
  if (wrong.length > 0) {
    fail("check", `Cannot confirm interface ${environment.ifname}: ${wrong.join("; ")}`);
  }
}

function findExpected({ environment }: Request, prevResult: JsonObject | undefined): JsonObject {
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
