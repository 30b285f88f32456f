// `manager status`: sessions, LANs and MACs of this node, asked afresh, for people and (--json) for programs.
import { lanTitle } from "../shared/lan/lan.ts";
import { readTextIfThere } from "../shared/files.ts";
import { LAN_NETNS, NODE_FACTS_FILE } from "../shared/lan/paths.ts";
import { type Mac, readEvpn, readHealth, type Session, type Vni } from "./frr/query.ts";
import { STATISTICS_FILE } from "./calls/protocol.ts";
import type { CallStatistics } from "./calls/statistics.ts";
import { isReady } from "./health/state.ts";
import { type LanOnNode, listLans } from "./lans/list_lans.ts";
import type { Role } from "./settings.ts";
import { NO_REPAIRS, type Repairs, REPAIRS_FILE } from "./repairs.ts";
import { renderTable } from "./table.ts";

/** What `--json` prints. */
export interface Status {
  readonly role: Role;
  readonly ready: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  readonly daemons: readonly string[];
  readonly sessions: readonly Session[];
  readonly lans: readonly LanStatus[];
  readonly macs: readonly Mac[];
  /** Since the manager started. */
  readonly calls: CallStatistics;
  readonly swept: Repairs;
}

export interface LanStatus {
  readonly name: string;
  readonly suffix: string;
  readonly vni: number;
  readonly mtu: number;
  readonly bridge: string;
  /** Pods (`NAMESPACE/NAME INTERFACE` where known) on this node. */
  readonly ports: readonly string[];
  /** Other nodes on this LAN. */
  readonly remoteVteps: readonly string[];
}

/** Asks kernel and FRR; what does not answer is empty. A node with a LAN namespace is a worker. */
export async function readStatus(): Promise<Status> {
  const role = await isThere(LAN_NETNS) ? "worker" : "route-reflector";
  const isTold = role === "route-reflector" || await isThere(NODE_FACTS_FILE);
  const [{ daemons, sessions }, evpn, lans] = await Promise.all([
    readHealth(),
    readEvpn(),
    role === "worker" ? listLans() : [],
  ]);
  const { reasons } = isReady(role, { daemons, sessions });
  const missing = isTold ? [] : ["the plugin has not been told the node's facts"];
  return {
    role,
    ready: reasons.length + missing.length === 0,
    reasons: [...reasons, ...missing],
    daemons,
    sessions,
    lans: lans.map((one) => toLanStatus(one, evpn?.vnis ?? [])),
    macs: evpn?.macs ?? [],
    calls: await readJson<CallStatistics>(STATISTICS_FILE, {}),
    swept: await readJson<Repairs>(REPAIRS_FILE, NO_REPAIRS),
  };
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function readJson<T>(path: string, missing: T): Promise<T> {
  const text = await readTextIfThere(path);
  return text === undefined ? missing : JSON.parse(text);
}

function toLanStatus({ lan, bridge, mtu, ports }: LanOnNode, vnis: readonly Vni[]): LanStatus {
  return {
    ...lan,
    mtu,
    bridge,
    ports: ports.map(({ name, pod, ifname }) => pod === undefined ? name : `${pod} ${ifname}`),
    remoteVteps: vnis.find(({ vni }) => vni === lan.vni)?.remoteVteps ?? [],
  };
}

/** The same for people. */
export function renderStatus(
  { role, ready, reasons, daemons, sessions, lans, macs, calls, swept }: Status,
): string {
  return [
    `${role}: ${ready ? "ready" : `not ready (${reasons.join("; ")})`}`,
    `FRR: ${daemons.join(" ") || "does not answer"}`,
    ...renderSwept(swept),
    "",
    renderTable(
      ["SESSION", "STATE", "UP", "RECEIVED", "SENT"],
      sessions.map((
        one,
      ) => [
        one.peer,
        one.state,
        `${Math.floor(one.uptimeMs / 1000)} s`,
        `${one.prefixesReceived}`,
        `${one.prefixesSent}`,
      ]),
    ),
    renderTable(
      ["LAN", "VNI", "MTU", "PORTS", "NODES"],
      lans.map((
        lan,
      ) => [
        lanTitle(lan),
        `${lan.vni}`,
        `${lan.mtu}`,
        lan.ports.join(", "),
        lan.remoteVteps.join(", "),
      ]),
    ),
    renderTable(
      ["MAC", "VNI", "TYPE", "BEHIND"],
      macs.map(({ vni, mac, type, behind }) => [mac, `${vni}`, type, behind]),
    ),
    renderTable(
      ["CALL", "ANSWERED", "FAILED", "MEAN", "LONGEST", "BY BINARY", "UNDELIVERED"],
      Object.entries(calls).map(([verb, one]) => [
        verb,
        `${one.answered}`,
        `${one.failed}`,
        renderMs(one.totalMs / Math.max(one.answered, 1)),
        renderMs(one.maxMs),
        `${one.fallenBack + one.declined}`,
        `${one.undelivered}`,
      ]),
    ),
  ].join("\n");
}

function renderSwept(counts: Repairs): string[] {
  const done = [
    [counts.mended, "mended"],
    [counts.emptied, "LANs without pods removed"],
    [counts.strays, "stray devices removed"],
    [counts.entriesKept, "forwarding entries kept without a session"],
    [counts.entriesRemoved, "stale ones removed"],
  ] as const;
  const said = done.flatMap(([count, what]) => count > 0 ? [`${count} ${what}`] : []);
  return said.length === 0 ? [] : [`since its start: ${said.join(", ")}`];
}

function renderMs(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
