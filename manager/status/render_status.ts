// `manager status` for people: a line of its own for what matters most, then tables.
import { harmless, toJson } from "../../shared/harmless.ts";
import { lanTitle } from "../../shared/lan/lan.ts";
import { LIMITED } from "../events/render.ts";
import type { Repairs } from "../events/repairs.ts";
import type { Session } from "../frr/query.ts";
import type { RefusedPeer } from "../frr/refused_file.ts";
import { type Status, titleOf } from "./read_status.ts";
import { renderTable } from "./table.ts";

/** What `--json` prints. Programs know the repairs by another key. */
export function renderStatusJson({ repairs: swept, ...status }: Status): string {
  return toJson({ ...status, swept }, 2) + "\n";
}

/** @param width columns of a line; lists of pods and nodes are broken for it */
export function renderStatus(status: Status, width: number): string {
  const { role, reasons, ready, daemons = [], troubles, repairs, vtepFilter, refused = [] } =
    status;
  if (role === null) {
    return `no manager: ${
      reasons.join("; ")
    } (\`manager worker\` or \`manager route-reflector\` does)\n`;
  }
  return [
    harmless(`${role}: ${ready ? "ready" : `not ready (${reasons.join("; ")})`}`),
    harmless(`FRR: ${daemons.join(" ") || "does not answer"}`),
    ...troubles.map(harmless),
    ...renderRepairs(repairs),
    ...(role === "worker" ? [...renderFilter(vtepFilter), ...renderFull(status)] : []),
    "",
    ...(refused.length === 0 ? [] : [renderRefused(refused, width)]),
    ...(role === "worker" ? renderWorker(status, width) : renderReflector(status, width)),
  ].join("\n");
}

function renderWorker(status: Status, width: number): string[] {
  const { sessions, lans, macs, macsLeftOut, calls, limits } = status;
  return [
    ...(limits.length === 0 ? [] : [renderLimits(limits, width)]),
    ...known(sessions, (all) =>
      renderTable(
        ["SESSION", "STATE", "UP", "RECEIVED", "SENT"],
        all.map(({ peer, ...session }) => [peer, ...renderSession(session)]),
        width,
      )),
    renderTable(
      ["LAN", "VNI", "MTU", "PORTS", "NODES"],
      lans.map((lan) => [
        lanTitle(lan),
        `${lan.vni}`,
        `${lan.mtu}`,
        lan.ports,
        lan.remoteVteps === undefined
          ? "not known"
          : [...lan.remoteVteps, ...(lan.keptVteps ?? []).map((vtep) => `${vtep} (kept)`)],
      ]),
      width,
    ),
    renderTable(
      ["DEVICE", "LAN", "VNI", "MAC"],
      lans.flatMap((lan) =>
        lan.devices.map((one) => [titleOf(one), lanTitle(lan), `${lan.vni}`, one.mac ?? ""])
      ),
      width,
    ),
    ...known(macs, (all) =>
      renderTable(
        ["MAC", "VNI", "TYPE", "BEHIND"],
        all.map(({ vni, mac, type, behind, pod }) => [mac, `${vni}`, type, pod ?? behind]),
        width,
      )),
    ...(macsLeftOut === undefined ? [] : [`and ${macsLeftOut} more MAC addresses\n`]),
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
      width,
    ),
  ];
}

function renderReflector(
  { sessions, routes }: Status,
  width: number,
): string[] {
  return [
    ...known(sessions, (all) =>
      renderTable(
        ["SESSION", "NODE", "STATE", "UP", "RECEIVED", "SENT"],
        all.map(({ peer, hostname = "", ...session }) => [
          peer,
          hostname,
          ...renderSession(session),
        ]),
        width,
      )),
    ...known(routes, (all) =>
      renderTable(
        ["VNI", "MACS", "NODES"],
        all.map(({ vni, macs, vteps }) => [`${vni}`, `${macs}`, vteps]),
        width,
      )),
  ];
}

/** Of what could not be read there is no table: a trouble says so. */
function known<T>(found: T | undefined, render: (found: T) => string): string[] {
  return found === undefined ? [] : [render(found)];
}

function renderSession(
  { state, uptimeMs, prefixesReceived, prefixesSent }: Omit<Session, "peer">,
): string[] {
  const seconds = `${Math.floor(uptimeMs / 1000)} s`;
  return [state, seconds, `${prefixesReceived}`, `${prefixesSent}`];
}

function renderRepairs(counts: Repairs): string[] {
  const done = [
    [counts.mended, "mended"],
    [counts.emptied, "LANs without pods removed"],
    [counts.strays, "stray devices removed"],
    [counts.entriesKept, "forwarding entries kept without a session"],
    [counts.entriesRemoved, "stale forwarding entries removed"],
  ] as const;
  const said = done.flatMap(([count, what]) => count > 0 ? [`${count} ${what}`] : []);
  return said.length === 0 ? [] : [`since its start: ${said.join(", ")}`];
}

function renderFilter(filter: Status["vtepFilter"]): string[] {
  if (filter === undefined) return [];
  if (filter === null) return ["VTEP filter: none; VXLAN is taken from everybody"];
  const { nodes, dropped: { strangers, spoofed, forwarded } } = filter;
  const counts = `${strangers} of strangers, ${spoofed} spoofed, ${forwarded} forwarded`;
  return [`VTEP filter: ${nodes} nodes; dropped ${counts}`];
}

function renderFull({ mostPorts, fullNamespaces = [] }: Status): string[] {
  const setting = "(MEGALOS_MAX_PORTS)";
  if (mostPorts !== undefined) {
    return [`no more interfaces on LANs are taken, as this node has ${mostPorts} ${setting}`];
  }
  if (fullNamespaces.length === 0) return [];
  const who = harmless(fullNamespaces.join(", "));
  return [
    "no more interfaces on LANs of pods of these namespaces are taken, as they have very many: " +
    `${who} ${setting}`,
  ];
}

function renderLimits(limits: Status["limits"], width: number): string {
  return renderTable(
    ["LIMIT", "LAN", "VNI", "DEVICE", "TIMES", "NOW"],
    limits.map(({ limit, most, lan, vni, device, times, isMet }) => [
      `${most} ${LIMITED[limit]}`,
      lan,
      `${vni}`,
      device,
      `${times}`,
      isMet ? "met" : "",
    ]),
    width,
  );
}

function renderRefused(refused: readonly RefusedPeer[], width: number): string {
  return renderTable(
    ["REFUSED", "SINCE", "WHY"],
    refused.map(({ peer, since, why }) => [peer, since, why]),
    width,
  );
}

function renderMs(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
