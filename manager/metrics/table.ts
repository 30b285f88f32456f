// The table of all metrics: what /metrics serves, and what docs/metrics.md says.
import { isUp } from "../loop/news.ts";
import { CALL_ROWS, EVENT_ROWS } from "./counted_rows.ts";
import type { Direction, Figure } from "../lans/device_counters.ts";
import { type DeviceRow, MOST, type ReadRow, type Row, type Sample } from "./row.ts";
import type { Seen } from "./seen.ts";

/** Sources that several rows have. */
const SOURCE = {
  kernel: "kernel: /proc/net/dev of the LAN namespace",
  entries: "kernel: forwarding entries, counted again at most every 5 s",
  devices: "kernel: devices, followed by ip monitor",
  frr: "FRR, at the last look",
  manager: "the manager itself",
  process: "the runtime",
} as const;

const LAN = ["lan", "vni"];
const PORT = [...LAN, "namespace", "pod", "interface"];
const PEER = ["peer", "hostname"];

/** The label of a figure of the node itself: none. One object, as it is written at each scrape. */
const NODE = {};
const one = (value: number): Sample[] => [[NODE, value]];
const maybe = (value: number | undefined) => value === undefined ? [] : one(value);

const PROCESS: readonly ReadRow[] = [
  {
    name: "megalos_build_info",
    help: "Version of the manager and its runtime, and the role of this node; always 1.",
    ...{ type: "gauge", labels: ["version", "runtime", "role"], source: SOURCE.manager, most: 1 },
    read: ({ version, runtime, role }) => [[{ version, runtime, role }, 1]],
  },
  {
    name: "process_cpu_seconds_total",
    help: "Time of all processors that the manager has used, without the programs it has started.",
    ...{ type: "counter", labels: [], source: SOURCE.process, most: 1 },
    read: ({ cpuSeconds }) => one(cpuSeconds),
  },
  {
    name: "process_resident_memory_bytes",
    help: "Memory of the manager.",
    ...{ type: "gauge", labels: [], source: SOURCE.process, most: 1 },
    read: ({ residentBytes }) => one(residentBytes),
  },
  {
    name: "process_start_time_seconds",
    help: "When the manager started, in seconds since 1970.",
    ...{ type: "gauge", labels: [], source: SOURCE.process, most: 1 },
    read: ({ startTime }) => one(startTime),
  },
];

const NODE_ROWS: readonly ReadRow[] = [
  {
    name: "megalos_ready",
    help: "Whether this node can carry LANs, as /readyz says: 1 or 0.",
    ...{ type: "gauge", labels: [], source: SOURCE.manager, most: 1 },
    read: ({ isReady }) => one(isReady ? 1 : 0),
  },
  {
    name: "megalos_look_age_seconds",
    help: "How long ago the manager began its last look at this node.",
    ...{ type: "gauge", labels: [], source: SOURCE.manager, most: 1 },
    read: ({ lookAge }) => maybe(lookAge),
  },
  {
    name: "megalos_duties_failing",
    help: "Duties that the manager could not do at its last look. Its log says which, and why.",
    ...{ type: "gauge", labels: [], source: SOURCE.manager, most: 1 },
    read: ({ dutiesFailing }) => maybe(dutiesFailing),
  },
  {
    name: "megalos_daemon_up",
    help: "Whether a daemon of FRR answers: 1 or 0.",
    ...{ type: "gauge", labels: ["daemon"], source: SOURCE.frr, most: 20 },
    read: ({ daemons, lookAge }) => lookAge === undefined ? [] : listDaemons(daemons),
  },
  {
    name: "megalos_repairs_total",
    help: "What the manager has put right: mended (LANs, VXLAN devices, namespaces), emptied " +
      "(LANs without a pod removed), strays, entries_kept, entries_removed.",
    ...{ type: "counter", labels: ["kind"], source: SOURCE.manager, most: 5 },
    read: ({ repairs }) =>
      Object.entries(repairs).map(([kind, count]): Sample => [{ kind: toSnake(kind) }, count]),
  },
  {
    name: "megalos_limit_met",
    help:
      "Whether a device has met a limit of its LAN (macs, storm, share, frames, learning) now: 1 " +
      "or 0. The last hundred that were met are told.",
    ...{ type: "gauge", labels: [...LAN, "limit", "device"], source: SOURCE.manager },
    most: MOST.limits,
    read: ({ limits }) =>
      limits.map(({ lan, vni, limit, device, isMet }): Sample => [
        { lan, vni: `${vni}`, limit, device },
        isMet ? 1 : 0,
      ]),
  },
  {
    name: "megalos_vtep_filter_nodes",
    help: "Addresses that may send VXLAN to this node. Missing where there is no filter.",
    ...{ type: "gauge", labels: [], source: "nftables, at the last look", most: 1 },
    read: ({ filter }) => maybe(filter?.nodes),
  },
  {
    name: "megalos_vtep_filter_dropped_packets_total",
    help: "VXLAN packets that were dropped: of strangers, spoofed ones, ones that were forwarded.",
    ...{ type: "counter", labels: ["reason"], source: "nftables, at the last look", most: 3 },
    read: ({ filter }) =>
      Object.entries(filter?.dropped ?? {}).map(([reason, count]): Sample => [{ reason }, count]),
  },
];

const session = (
  name: string,
  help: string,
  value: (session: Seen["sessions"][number]) => number,
): ReadRow => ({
  ...{ name, help, type: "gauge", labels: PEER, source: SOURCE.frr, most: MOST.peers },
  read: ({ sessions }) =>
    sessions.slice(0, MOST.peers).map((one): Sample => [
      { peer: one.peer, hostname: one.hostname ?? "" },
      value(one),
    ]),
});

const SESSIONS: readonly ReadRow[] = [
  session(
    "megalos_bgp_session_up",
    "Whether a BGP session is Established: 1 or 0. A reflector has no session of a worker that " +
      "is away.",
    (one) => isUp(one) ? 1 : 0,
  ),
  {
    ...session(
      "megalos_bgp_session_state",
      "State of a BGP session (RFC 4271); always 1.",
      () => 1,
    ),
    labels: [...PEER, "state"],
    read: ({ sessions }) =>
      sessions.slice(0, MOST.peers).map(({ peer, hostname = "", state }): Sample => [
        { peer, hostname, state },
        1,
      ]),
  },
  session(
    "megalos_bgp_session_uptime_seconds",
    "How long a BGP session is Established, or is not.",
    ({ uptimeMs }) => uptimeMs / 1000,
  ),
  session(
    "megalos_bgp_session_received_prefixes",
    "Routes that this node has from a session.",
    ({ prefixesReceived }) => prefixesReceived,
  ),
  session(
    "megalos_bgp_session_sent_prefixes",
    "Routes that this node has announced in a session.",
    ({ prefixesSent }) => prefixesSent,
  ),
];

const lan = (
  name: string,
  help: string,
  source: string,
  value: (lan: Seen["lans"][number]) => number | undefined,
): ReadRow => ({
  ...{ name, help, type: "gauge", labels: LAN, source, most: MOST.lans },
  *read({ lans }) {
    for (const one of lans) {
      const figure = value(one);
      if (figure !== undefined) yield [one.labels, figure];
    }
  },
});

const LANS: readonly ReadRow[] = [
  lan(
    "megalos_lan_ports",
    "Interfaces of pods on a LAN on this node.",
    SOURCE.devices,
    (one) => one.ports,
  ),
  lan(
    "megalos_lan_local_macs",
    "MAC addresses of a LAN that are behind this node's ports.",
    SOURCE.entries,
    ({ entries }) => entries?.localMacs,
  ),
  lan(
    "megalos_lan_remote_macs",
    "MAC addresses of a LAN that are behind other nodes.",
    SOURCE.entries,
    ({ entries }) => entries?.remoteMacs,
  ),
  lan(
    "megalos_lan_remote_vteps",
    "Other nodes that a LAN's frames for everyone go to.",
    SOURCE.entries,
    ({ entries }) => entries?.vteps,
  ),
  {
    name: "megalos_lans_left_out",
    help: `LANs of this node that are not told, because there are more than ${MOST.lans}.`,
    ...{ type: "gauge", labels: [], source: SOURCE.devices, most: 1 },
    read: ({ lansLeftOut }) => one(lansLeftOut),
  },
  {
    name: "megalos_ports_left_out",
    help: `Interfaces of pods that are not told, because there are more than ${MOST.ports}.`,
    ...{ type: "gauge", labels: [], source: SOURCE.devices, most: 1 },
    read: ({ portsLeftOut }) => one(portsLeftOut),
  },
];

/** What the kernel counts of a device, in the order of the rows. */
const FIGURES = [
  ["bytes", "Bytes"],
  ["packets", "Frames"],
  ["drops", "Frames that were dropped and were to be"],
  ["errors", "Frames with errors that were"],
] as const satisfies readonly (readonly [Figure, string])[];

/** @param direction as the kernel has it */
const device = (
  of: "port" | "vxlan",
  name: "receive" | "transmit",
  direction: Direction,
  words: string,
): DeviceRow[] =>
  FIGURES.map(([figure, what]): DeviceRow => ({
    name: `megalos_${of}_${name}_${figure}_total`,
    help: `${what} ${words}.`,
    ...{ type: "counter", of: `${of}s`, direction, figure, source: SOURCE.kernel },
    labels: of === "port" ? PORT : LAN,
    most: of === "port" ? MOST.ports : MOST.lans,
  }));

// A port is the other end of its pod's interface: what the port sends is what the pod receives.
const DEVICES: readonly DeviceRow[] = [
  ...device("port", "receive", "sent", "received by a pod's interface"),
  ...device("port", "transmit", "received", "sent by a pod's interface"),
  ...device("vxlan", "receive", "received", "received by a LAN from other nodes"),
  ...device("vxlan", "transmit", "sent", "sent by a LAN to other nodes"),
];

/** In the order of docs/metrics.md. */
export const METRICS: readonly Row[] = [
  ...NODE_ROWS,
  ...SESSIONS,
  ...LANS,
  ...DEVICES,
  ...CALL_ROWS,
  ...EVENT_ROWS,
  ...PROCESS,
];

/** What must answer is told also where it does not. */
const NEEDED_DAEMONS = ["bgpd", "watchfrr", "zebra"];

function listDaemons(daemons: readonly string[]): Sample[] {
  return [...new Set([...NEEDED_DAEMONS, ...daemons])].slice(0, 20).map((daemon): Sample => [
    { daemon },
    daemons.includes(daemon) ? 1 : 0,
  ]);
}

function toSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
