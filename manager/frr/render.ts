// Renders the model as FRR's configuration, in FRR's own words and order.
import type { FrrModel, ReflectorModel, SpeakerModel } from "./model.ts";
import {
  FROM_CLIENTS,
  FROM_REFLECTORS,
  renderClientsPolicy,
  renderReflectorsPolicy,
} from "./render_policy.ts";

/**
 * LANs are not routed. Without these lines frr-reload.py would turn forwarding on. (A reflector has
 * them never: it may share its node's namespace.)
 */
const NO_FORWARDING = ["no ip forwarding", "no ipv6 forwarding", "!"];

/**
 * A next hop resolves by the default route: the LAN namespace and a reflector's pod have no other.
 * (FRR does so by default from 9.1 on.)
 */
const BY_DEFAULT_ROUTE = ["ip nht resolve-via-default", "ipv6 nht resolve-via-default", "!"];

/**
 * After reading its configuration bgpd keeps all neighbors shut for a second, unless a route map
 * exists: then for the rest of the delay timer in whole seconds (`bgp_config_end` in bgp_vty.c),
 * which here is none. Nobody uses this route map.
 */
const START_AT_ONCE = [
  "bgp route-map delay-timer 1",
  "!",
  "route-map unused permit 10",
  "exit",
  "!",
];

/**
 * Whom a role has sessions with. The password is the group's alone. So a reflector that moves to
 * another address takes no line with the password along.
 */
const PEER_GROUP = { worker: "reflectors", "route-reflector": "workers" } as const;

/** The text of frr.conf. */
export function renderFrr(model: FrrModel): string {
  const lines = [
    "frr defaults traditional",
    "service integrated-vtysh-config",
    "!",
    ...(model.role === "worker" ? NO_FORWARDING : []),
    ...BY_DEFAULT_ROUTE,
    ...START_AT_ONCE,
    ...(model.role === "worker"
      ? renderReflectorsPolicy(model.refused)
      : renderClientsPolicy(model.clients)),
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

function renderSpeaker(
  { as, source, reflectors, password, ttlSecurity, timers }: SpeakerModel,
): string[] {
  const group = PEER_GROUP.worker;
  return [
    ` neighbor ${group} peer-group`,
    ` neighbor ${group} remote-as ${as}`,
    ...renderPassword(group, password),
    ...renderTtlSecurity(group, ttlSecurity),
    ` neighbor ${group} timers ${timers.keepalive} ${timers.hold}`,
    ` neighbor ${group} timers connect ${timers.connect}`,
    ...reflectors.flatMap((reflector) => [
      ` neighbor ${reflector} peer-group ${group}`,
      ...renderSource(reflector, source),
    ]),
    " !",
    " address-family l2vpn evpn",
    `  neighbor ${group} activate`,
    `  neighbor ${group} route-map ${FROM_REFLECTORS} in`,
    "  advertise-all-vni",
    // An address may move as often as devices of a lab make it: FRR would only complain of it.
    "  no dup-addr-detection",
    " exit-address-family",
  ];
}

function renderPassword(neighbor: string, password: string | undefined): string[] {
  return password === undefined ? [] : [` neighbor ${neighbor} password ${password}`];
}

function renderTtlSecurity(neighbor: string, hops: number | undefined): string[] {
  return hops === undefined ? [] : [` neighbor ${neighbor} ttl-security hops ${hops}`];
}

/**
 * The kernel would take the address of the nearest device. That is the pod network's bridge where
 * the reflector is a pod of this node.
 */
function renderSource(neighbor: string, source: string): string[] {
  const isOfOneFamily = neighbor.includes(":") === source.includes(":");
  return isOfOneFamily ? [` neighbor ${neighbor} update-source ${source}`] : [];
}

function renderReflector(
  { as, listenLimit, listenRanges, mostRoutes, password, ttlSecurity, timers }: ReflectorModel,
): string[] {
  const group = PEER_GROUP["route-reflector"];
  return [
    ` neighbor ${group} peer-group`,
    ` neighbor ${group} remote-as ${as}`,
    ...renderPassword(group, password),
    ...renderTtlSecurity(group, ttlSecurity),
    ` neighbor ${group} timers ${timers.keepalive} ${timers.hold}`,
    // Who has gone cannot be judged: FRR 10.7 would keep what it has announced for over an hour.
    // (The same word for all of bgpd does not reach callers.)
    ` neighbor ${group} graceful-restart-disable`,
    ` bgp listen limit ${listenLimit}`,
    ...listenRanges.map((range) => ` bgp listen range ${range} peer-group ${group}`),
    " !",
    " address-family l2vpn evpn",
    `  neighbor ${group} activate`,
    `  neighbor ${group} route-reflector-client`,
    `  neighbor ${group} route-map ${FROM_CLIENTS} in`,
    ...(mostRoutes === undefined ? [] : [`  neighbor ${group} maximum-prefix ${mostRoutes}`]),
    " exit-address-family",
  ];
}
