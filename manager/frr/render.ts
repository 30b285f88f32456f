// Renders the model as FRR's configuration, in the words and the order in which FRR itself prints it.
import type { FrrModel, ReflectorModel, SpeakerModel } from "./model.ts";

/** LANs are not routed; left out, frr-reload.py would turn forwarding on. (Never on a reflector: it may share its node's namespace.) */
const NO_FORWARDING = ["no ip forwarding", "no ipv6 forwarding", "!"];

/** A next hop resolves by the only route there is, in the LAN namespace and in a reflector's pod (off by default before FRR 9.1). */
const BY_DEFAULT_ROUTE = ["ip nht resolve-via-default", "ipv6 nht resolve-via-default", "!"];

/**
 * bgpd keeps all neighbors shut for a second after it has read its configuration, but where a route map is to be evaluated only for what is
 * left of that delay, in whole seconds (`bgp_config_end` in bgp_vty.c): of this one that nobody uses, none.
 */
const START_AT_ONCE = [
  "bgp route-map delay-timer 1",
  "!",
  "route-map unused permit 10",
  "exit",
  "!",
];

/** The text of frr.conf. */
export function renderFrr(model: FrrModel): string {
  const lines = [
    "frr defaults traditional",
    "service integrated-vtysh-config",
    "!",
    ...(model.role === "worker" ? NO_FORWARDING : []),
    ...BY_DEFAULT_ROUTE,
    ...START_AT_ONCE,
    `router bgp ${model.as}`,
    ` bgp router-id ${model.routerId}`,
    " no bgp default ipv4-unicast",
    // MAC addresses move as fast as the session carries them.
    " coalesce-time 0",
    ...(model.role === "worker" ? renderSpeaker(model) : renderReflector(model)),
    "exit",
    "!",
    "end",
  ];
  return lines.join("\n") + "\n";
}

function renderSpeaker({ as, source, reflectors, password, timers }: SpeakerModel): string[] {
  return [
    ...reflectors.flatMap((reflector) => [
      ` neighbor ${reflector} remote-as ${as}`,
      ...renderPassword(reflector, password),
      ...renderSource(reflector, source),
      ` neighbor ${reflector} timers ${timers.keepalive} ${timers.hold}`,
      ` neighbor ${reflector} timers connect ${timers.connect}`,
    ]),
    " !",
    " address-family l2vpn evpn",
    ...reflectors.map((reflector) => `  neighbor ${reflector} activate`),
    "  advertise-all-vni",
    " exit-address-family",
  ];
}

function renderPassword(neighbor: string, password: string | undefined): string[] {
  return password === undefined ? [] : [` neighbor ${neighbor} password ${password}`];
}

/** The kernel would take that of the nearest device: the pod network's bridge, where the reflector is a pod of this node. */
function renderSource(neighbor: string, source: string): string[] {
  const isOfOneFamily = neighbor.includes(":") === source.includes(":");
  return isOfOneFamily ? [` neighbor ${neighbor} update-source ${source}`] : [];
}

function renderReflector(
  { as, listenLimit, listenRanges, password, timers }: ReflectorModel,
): string[] {
  const group = "workers";
  return [
    ` neighbor ${group} peer-group`,
    ` neighbor ${group} remote-as ${as}`,
    ...renderPassword(group, password),
    ` neighbor ${group} timers ${timers.keepalive} ${timers.hold}`,
    ` bgp listen limit ${listenLimit}`,
    ...listenRanges.map((range) => ` bgp listen range ${range} peer-group ${group}`),
    " !",
    " address-family l2vpn evpn",
    `  neighbor ${group} activate`,
    `  neighbor ${group} route-reflector-client`,
    " exit-address-family",
  ];
}
