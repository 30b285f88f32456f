// Records as tables for people: colours only where a terminal shows them.
import { renderTable } from "../status/table.ts";
import {
  type DeviceRecord,
  deviceTitle,
  type LanRecord,
  type NodeRecord,
  type SessionRecord,
} from "./records.ts";

/** How a table is to look. */
export interface Look {
  /** Columns of a line. */
  readonly width: number;
  readonly isColoured: boolean;
  /** Now, in ms since 1970. */
  readonly now: number;
}

const GOOD = ["up", "Established", "here", "connected", "yes"];
const BAD = ["down", "lost", "missing", "no", "no-line", "other-version", "too-large"];
const [GREEN, RED, YELLOW] = ["\x1b[32m", "\x1b[31m", "\x1b[33m"];
const PLAIN = "\x1b[0m";

/** @param states titles of the columns that tell states */
function table(
  heading: readonly string[],
  rows: Parameters<typeof renderTable>[1],
  { width, isColoured }: Look,
  ...states: string[]
): string {
  if (!isColoured) return renderTable(heading, rows, width);
  return renderTable(heading, rows, width, (cell, column) => {
    if (!states.includes(heading[column] ?? "") || cell === "" || states.includes(cell)) {
      return cell;
    }
    const colour = GOOD.includes(cell) ? GREEN : BAD.includes(cell) ? RED : YELLOW;
    return `${colour}${cell}${PLAIN}`;
  });
}

export function nodeTable(nodes: readonly NodeRecord[], look: Look): string {
  return table(
    ["NODE", "ADDRESS", "ROLE", "VERSION", "STATE", "SINCE", "READY", "LANS", "DEVICES"],
    nodes.map(({ node, address, role, version, state, since, ready, lans, devices }) => [
      ...[node, address, role, version ?? "", state],
      state === "here" ? "" : age(since, look.now),
      ...[ready === null ? "" : ready ? "yes" : "no", `${lans}`, `${devices}`],
    ]),
    look,
    "STATE",
    "READY",
  );
}

export function lanTable(lans: readonly LanRecord[], look: Look): string {
  return table(
    ["LAN", "VNI", "MTU", "VXLAN", "DEVICES", "NODES"],
    lans.map(({ name, suffix, vni, nodes, devices }) => [
      `${name}-${suffix}`,
      `${vni}`,
      [...new Set(nodes.map(({ mtu }) => mtu))].join("/"),
      [...new Set(nodes.map(({ vxlan }) => vxlan))].toSorted().join("/"),
      `${devices}`,
      nodes.map(({ node }) => node),
    ]),
    look,
    "VXLAN",
  );
}

export function deviceTable(devices: readonly DeviceRecord[], look: Look): string {
  return table(
    ["DEVICE", "INTERFACE", "LAN", "VNI", "MAC", "NODE", "STATE", "RECEIVED", "SENT"],
    devices.map((one) => [
      ...[deviceTitle(one), one.interface ?? "", one.lan, `${one.vni}`, one.mac ?? "", one.node],
      one.state,
      one.counters === null ? "" : bytes(one.counters.rxBytes),
      one.counters === null ? "" : bytes(one.counters.txBytes),
    ]),
    look,
    "STATE",
  );
}

export function sessionTable(sessions: readonly SessionRecord[], look: Look): string {
  return table(
    ["NODE", "SESSION", "WITH", "STATE", "SINCE", "RECEIVED", "SENT"],
    sessions.map((one) => [
      ...[one.node, one.peer, one.hostname ?? "", one.state, age(one.since, look.now)],
      ...[`${one.prefixesReceived}`, `${one.prefixesSent}`],
    ]),
    look,
    "STATE",
  );
}

/** What is missing from a table, a line each: workers that have not told what they have. */
export function renderMissing(nodes: readonly NodeRecord[]): string {
  const why: Partial<Record<NodeRecord["state"], string>> = {
    "lost": "its line has ended; what is shown of it is what it told last",
    "no-line": "it tells nothing; its manager may be of an earlier version",
    "other-version": "its manager is of a version that this one does not understand",
    "too-large": "it has more devices, LANs or sessions than this manager takes",
  };
  const rows = nodes.flatMap(({ node, address, state }) => {
    const text = why[state];
    return text === undefined ? [] : [[`${node} (${address})`, text]];
  });
  // An empty line parts them from what is above.
  return rows.length === 0 ? "" : renderTable(["", ""], rows);
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Such as "1.2 MB". */
function bytes(count: number): string {
  let [value, unit] = [count, 0];
  for (; value >= 1_000 && unit < UNITS.length - 1; unit++) value /= 1_000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Such as "3h 5m" or "12 s". */
function age(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const [minutes, hours, days] = [60, 3_600, 86_400].map((one) => Math.floor(seconds / one));
  if (hours === 0) return `${minutes} min`;
  if (days === 0) return `${hours} h ${minutes! % 60} min`;
  return `${days} d ${hours! % 24} h`;
}
