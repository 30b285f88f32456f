// What `manager status` tells: sessions, LANs and MAC addresses of this node, asked afresh.
import { type Lan, lanDevices } from "../../shared/lan/lan.ts";
import { fail } from "../../shared/faults.ts";
import { hasNetns } from "../../shared/lan/lan_netns.ts";
import { type NodeFacts, parseNodeFacts } from "../../shared/lan/node_facts.ts";
import type { Run } from "../../shared/process/exec.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { LAN_NETNS, NODE_FACTS_FILE } from "../../shared/lan/paths.ts";
import { EVERYONE, type FdbEntry } from "../entries/entries.ts";
import { listEntries } from "../entries/list_entries.ts";
import { StaleFinder } from "../entries/stale_finder.ts";
import {
  type Counters,
  COUNTERS_FILE,
  NOTHING_COUNTED,
  parseCounters,
} from "../events/counters.ts";
import { readMacs, selectFilled } from "../frr/macs.ts";
import { type Mac, readVnis, type Vni } from "../frr/query.ts";
import { compareAddresses, readRoutes, type RoutedLan } from "../frr/routes.ts";
import { AWAY_FILE, parseAway } from "../frr/away.ts";
import { parseRefused, REFUSED_FILE, type RefusedPeer } from "../frr/refused_file.ts";
import { START_SCRIPT, ZEBRA_SCRIPT } from "../frr/start_files.ts";
import { type LanOnNode, listLans } from "../lans/list_lans.ts";
import { nameOwner } from "../lans/name_device.ts";
import { isReady } from "../loop/health.ts";
import { type Observation, observe } from "../loop/observation.ts";
import type { Role } from "../settings.ts";
import type { FilterFigures } from "../underlay/filter.ts";
import { findFilter } from "../underlay/filter_host.ts";

/** What the command tells. What could not be read is missing, and is among the troubles. */
export interface Status
  extends
    Partial<Pick<Observation, "daemons" | "sessions">>,
    Pick<NodeFacts, "mostPorts" | "fullNamespaces"> {
  /** Null where no manager has prepared the machine. */
  readonly role: Role | null;
  readonly ready: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  /** What could not be read, and why: a sentence each. */
  readonly troubles: readonly string[];
  readonly lans: readonly LanStatus[];
  /** The first thousands. */
  readonly macs?: readonly MacStatus[];
  /** How many more there are; missing where there are none. */
  readonly macsLeftOut?: number;
  /** What a reflector passes on; a worker has none. */
  readonly routes?: readonly RoutedLan[];
  /** Clients that a reflector refuses, or nodes that a worker does, as its manager said last. */
  readonly refused?: readonly RefusedPeer[];
  /** Since the manager started. */
  readonly calls: Counters["calls"];
  readonly repairs: Counters["repairs"];
  /** The VTEP filter; null where there is none. */
  readonly vtepFilter?: FilterFigures | null;
  /** Limits of LANs that were met since then, the last one first. */
  readonly limits: Counters["limits"];
}

export interface LanStatus extends Lan {
  readonly mtu: number;
  readonly bridge: string;
  /** Pods (`NAMESPACE/NAME INTERFACE` where known) on this node. */
  readonly ports: readonly string[];
  /** The same ports in the same order, with what is known of them. */
  readonly devices: readonly PortStatus[];
  /** Other nodes on this LAN, as EVPN says. */
  readonly remoteVteps?: readonly string[];
  /** Other nodes that the kernel still reaches though EVPN does not say so now. */
  readonly keptVteps?: readonly string[];
}

export interface PortStatus {
  /** Name of the bridge port. */
  readonly port: string;
  /** The pod (`NAMESPACE/NAME INTERFACE`), where known. */
  readonly pod?: string;
  /** The MAC address that ADD gave the pod's interface, where known. */
  readonly mac?: string;
}

export interface MacStatus extends Omit<Mac, "type"> {
  /** "kept": the kernel still reaches it though EVPN does not say so now. */
  readonly type: Mac["type"] | "kept";
  /** The pod (`NAMESPACE/NAME INTERFACE`) behind the port `behind`, where known. */
  readonly pod?: string;
}

/** A cluster has hundreds of thousands: more than so many are only counted. */
const MOST_MACS = 10_000;

/** What is asked. */
export interface StatusHost {
  /** Runs vtysh, ip and bridge. */
  readonly run: Run;
  /** Answers a file's text; undefined where there is none. */
  readonly readText: (path: string) => Promise<string | undefined>;
}

/** Takes a trouble into the answer; given to `catch`. */
type Note = (error: unknown) => undefined;

/** Asks kernel and FRR; what is away is empty. FRR is waited for in vain once. */
export async function readStatus(host: StatusHost): Promise<Status> {
  const role = await findRole(host);
  if (role === undefined) return NO_MANAGER;
  const troubles: string[] = [];
  const note: Note = (error) => {
    troubles.push(error instanceof Error ? error.message : `${error}`);
    return undefined;
  };
  const seen = await observe(host.run).catch(note);
  const { reasons } = isReady(role, seen ?? SILENT);
  const frr = seen && { daemons: seen.daemons, sessions: seen.sessions };
  const refused = await readRefused(host).catch(note);
  if (role === "route-reflector") {
    const { daemons: _daemons, sessions: _sessions, ...nothing } = NO_MANAGER;
    const found = seen && await readRoutes(host.run).catch(note);
    const routes = found?.filter(({ vni }) => vni !== NODES_LAN.vni);
    const ready = reasons.length === 0;
    const told = { ...frr, ...(routes && { routes }), ...(refused && { refused }) };
    return { ...nothing, role, ready, reasons, troubles, ...told };
  }
  const facts = parseNodeFacts(await host.readText(NODE_FACTS_FILE) ?? "");
  const missing = facts !== undefined ? [] : ["the plugin has not been told the node's facts"];
  const { mostPorts, fullNamespaces } = facts ?? {};
  const counters = await host.readText(COUNTERS_FILE);
  const { repairs, calls, limits } = counters === undefined
    ? NOTHING_COUNTED
    : parseCounters(counters);
  return {
    role,
    ready: reasons.length + missing.length === 0,
    reasons: [...reasons, ...missing],
    ...{
      troubles,
      ...frr,
      ...(refused && { refused }),
      ...await readLans(host, note, seen === undefined),
      calls,
      repairs,
      limits,
    },
    ...await readFilter(host.run).catch(note),
    ...(mostPorts !== undefined && { mostPorts }),
    ...(fullNamespaces !== undefined && { fullNamespaces }),
  };
}

async function readRefused({ readText }: StatusHost): Promise<readonly RefusedPeer[] | undefined> {
  const text = await readText(REFUSED_FILE);
  return text === undefined ? undefined : parseRefused(text);
}

async function readFilter(run: Run): Promise<Pick<Status, "vtepFilter">> {
  const seen = await findFilter(run);
  if (seen === undefined) return { vtepFilter: null };
  const { sets: { vteps4, vteps6 }, dropped } = seen;
  return { vtepFilter: { nodes: vteps4.length + vteps6.length, dropped } };
}

/** The role by what a manager leaves behind: a LAN namespace, or only FRR's files. */
async function findRole({ run, readText }: StatusHost): Promise<Role | undefined> {
  if (await hasNetns(run, LAN_NETNS)) return "worker";
  const [start, zebra] = await Promise.all([START_SCRIPT, ZEBRA_SCRIPT].map(readText));
  return start !== undefined && zebra === undefined ? "route-reflector" : undefined;
}

/** An FRR that has been asked in vain. */
const SILENT = { daemons: [], sessions: [], silence: "it has not answered" };

const NO_MANAGER: Status = {
  role: null,
  ready: false,
  reasons: ["no manager has prepared this machine"],
  ...{ troubles: [], daemons: [], sessions: [], lans: [], macs: [] },
  ...{ calls: NOTHING_COUNTED.calls, repairs: NOTHING_COUNTED.repairs, limits: [] },
  vtepFilter: null,
};

/** All that zebra knows of EVPN, as far as it was read whole. */
interface Evpn {
  readonly vnis: readonly Vni[] | undefined;
  readonly macs: readonly Mac[] | undefined;
  /** Nodes of which EVPN says nothing now: zebra has not been told. */
  readonly away: ReadonlySet<string>;
}

/** @param isSilent FRR does not answer: it is not asked again */
async function readLans(
  { run, readText }: StatusHost,
  note: Note,
  isSilent: boolean,
): Promise<Pick<Status, "lans" | "macs" | "macsLeftOut">> {
  const away = parseAway(await readText(AWAY_FILE));
  const lans = await listLans(run);
  const finder = new StaleFinder();
  const vxlans = lans.map(({ lan }) => lanDevices(lan).vxlan);
  // The kernel's entries first: what EVPN learns in between is then not taken for kept.
  await listEntries(run, () => LAN_NETNS, vxlans, (entry) => finder.takeEntry(entry));
  const vnis = isSilent ? undefined : await readVnis(run).then((found) => found ?? [], note);
  const byVni = new Map(vnis?.map((one) => [one.vni, one]));
  // Of a LAN that is not known no entry counts as kept.
  for (const { lan } of vnis === undefined ? [] : lans) {
    finder.takeLan(lanDevices(lan).vxlan, byVni.get(lan.vni)?.remoteVteps ?? []);
  }
  const macs: Mac[] = [];
  let count = 0;
  const areWhole = vnis && await readMacs(run, selectFilled(vnis), (one) => {
    const vxlan = byVni.get(one.vni)?.vxlan ?? "";
    if (one.type === "remote") finder.takeKnown(vxlan, one.mac, one.behind);
    if (++count <= MOST_MACS) macs.push(one);
  }).then(requireZebra).catch(note);
  const leftOut = areWhole ? count - macs.length : 0;
  return {
    ...describeLans(lans, finder.stale(MOST_MACS), {
      ...{ vnis, away, macs: areWhole && macs },
    }),
    ...(leftOut > 0 && { macsLeftOut: leftOut }),
  };
}

function requireZebra(isThere: boolean): true {
  return isThere || fail("try-later", "Cannot read zebra's MAC addresses: zebra is away");
}

/**
 * Joins what the kernel and EVPN know of the LANs.
 * @param entries those that EVPN does not know
 */
function describeLans(
  lans: readonly LanOnNode[],
  entries: readonly FdbEntry[],
  evpn: Evpn,
): Pick<Status, "lans" | "macs"> {
  const entriesByDevice = Map.groupBy(entries, ({ ifname }) => ifname);
  const macsByVni = evpn.macs && Map.groupBy(evpn.macs, ({ vni }) => vni);
  const all = lans.map((one) =>
    describeLan(
      one,
      entriesByDevice.get(lanDevices(one.lan).vxlan) ?? [],
      evpn.vnis && (evpn.vnis.find(({ vni }) => vni === one.lan.vni)?.remoteVteps ?? []),
      macsByVni?.get(one.lan.vni) ?? [],
      evpn.away,
    )
  );
  const isHere = new Set(lans.map(({ lan }) => lan.vni));
  const elsewhere = evpn.macs?.filter(({ vni }) => !isHere.has(vni));
  return {
    lans: all.map(({ lan }) => lan).toSorted((one, other) => one.vni - other.vni),
    ...(elsewhere && {
      macs: [...all.flatMap(({ macs }) => macs), ...elsewhere].toSorted(compareMacs),
    }),
  };
}

function describeLan(
  { lan, bridge, mtu, ports }: LanOnNode,
  entries: readonly FdbEntry[],
  remoteVteps: readonly string[] | undefined,
  known: readonly Mac[],
  away: ReadonlySet<string>,
): { readonly lan: LanStatus; readonly macs: readonly MacStatus[] } {
  const owners = new Map(ports.map((port) => [port.name, nameOwner(port)]));
  const knownMacs = new Set(known.map(({ mac }) => mac));
  // Entries without an address are the bridge's copies of those with one.
  const reached = entries.flatMap(({ mac, dst }) => dst === undefined ? [] : [{ mac, dst }]);
  const vteps = remoteVteps && describeVteps(remoteVteps, reached, away);
  const keptMacs = reached.filter(({ mac }) => mac !== EVERYONE && !knownMacs.has(mac));
  const devices = ports.map(describePort)
    .toSorted((one, other) => compareAddresses(titleOf(one), titleOf(other)));
  return {
    lan: {
      ...{ ...lan, mtu, bridge },
      ports: devices.map(titleOf),
      devices,
      ...vteps,
    },
    macs: [
      ...known.map((one): MacStatus => {
        const pod = owners.get(one.behind);
        if (one.type === "remote" && away.has(one.behind)) return { ...one, type: "kept" };
        return pod === undefined ? one : { ...one, pod };
      }),
      ...keptMacs.map(({ mac, dst }): MacStatus => ({
        ...{ vni: lan.vni, mac, type: "kept", behind: dst },
      })),
    ],
  };
}

/** @param reached entries that EVPN does not know */
function describeVteps(
  remoteVteps: readonly string[],
  reached: readonly { readonly mac: string; readonly dst: string }[],
  away: ReadonlySet<string>,
): Required<Pick<LanStatus, "remoteVteps" | "keptVteps">> {
  const kept = reached.filter(({ mac, dst }) => mac === EVERYONE && !remoteVteps.includes(dst));
  const keptVteps = [
    ...kept.map(({ dst }) => dst),
    ...remoteVteps.filter((vtep) => away.has(vtep)),
  ];
  return {
    remoteVteps: remoteVteps.filter((vtep) => !away.has(vtep)).toSorted(compareAddresses),
    keptVteps: keptVteps.toSorted(compareAddresses),
  };
}

function describePort(port: LanOnNode["ports"][number]): PortStatus {
  const pod = nameOwner(port);
  const { name, mac } = port;
  return { port: name, ...(pod !== undefined && { pod }), ...(mac !== undefined && { mac }) };
}

/** What people call a port. */
export function titleOf({ pod, port }: PortStatus): string {
  return pod ?? port;
}

function compareMacs(one: MacStatus, other: MacStatus): number {
  return one.vni - other.vni || (one.mac < other.mac ? -1 : 1);
}
