// How much each kind of event matters, and its words: a kind without a row fails the type check.
import { type Lan, lanTitle } from "../../shared/lan/lan.ts";
import { harmless, onOneLine } from "../../shared/harmless.ts";
import {
  type CallError,
  type CallSubject,
  type Happening,
  type HappeningOf,
  type Kind,
  type Level,
  LEVELS,
  type Limited,
} from "./event.ts";

/** How events of a kind are told. */
interface Row<K extends Kind> {
  readonly level: Level;
  readonly text: (event: HappeningOf<K>) => string;
}

const TABLE: { readonly [K in Kind]: Row<K> } = {
  "lan-made": { level: "debug", text: ({ lan }) => `${name(lan)} made` },
  "lan-gone": { level: "debug", text: ({ lan }) => `${name(lan)} gone` },
  "lan-mended": { level: "warn", text: ({ lan, why }) => `${name(lan)} mended: ${why}` },
  "empty-lan-removed": {
    level: "info",
    text: ({ lan }) => `${name(lan)} removed: it had no pod`,
  },
  "strays-removed": {
    level: "warn",
    text: ({ devices }) => `devices of no LAN removed: ${devices.join(", ")}`,
  },
  "vteps-moved": {
    level: "warn",
    text: ({ vtep, count }) => `VXLAN devices moved to ${vtep}: ${count}`,
  },
  "lan-netns-pinned": {
    level: "warn",
    text: ({ path }) => `${path} was gone, and is pinned again`,
  },
  "lan-netns-replaced": {
    level: "warn",
    text: ({ path }) => `${path} is another namespace now; FRR must be started anew to serve it`,
  },
  "switches-reset": {
    level: "warn",
    text: ({ path, switches }) =>
      `switches of ${path} were turned, and are set again: ${switches.join(", ")}`,
  },
  "neighbours-raised": {
    level: "info",
    text: ({ family, most, before }) =>
      `the kernel's table of ${family} neighbours takes ${most} now (${before} before)`,
  },
  "neighbours-left": {
    level: "info",
    text: ({ most }) =>
      `the kernel's tables of neighbours take ${most} as before: ` +
      "they are raised from the machine's own network namespace alone",
  },
  "backlog-raised": {
    level: "info",
    text: ({ least, before }) =>
      `${least} frames may wait for each processor now (${before} before)`,
  },
  "backlog-left": {
    level: "info",
    text: ({ reason }) => `as many frames may wait for each processor as before: ${reason}`,
  },
  "ports-full": {
    level: "warn",
    text: ({ most }) =>
      `this node has ${most} interfaces on LANs, and takes no more until some have gone ` +
      "(MEGALOS_MAX_PORTS)",
  },
  "ports-taken-again": {
    level: "info",
    text: ({ most }) => `some of ${most} interfaces on LANs have gone: this node takes more again`,
  },
  "namespace-ports-full": {
    level: "warn",
    text: ({ namespace, count, most }) =>
      `namespace ${namespace} has ${count} of the ${most} interfaces on LANs that this node may ` +
      "have, and takes no more until some have gone (MEGALOS_MAX_PORTS)",
  },
  "namespace-ports-taken-again": {
    level: "info",
    text: ({ namespace, most }) =>
      `this node takes more interfaces on LANs of namespace ${namespace} again (${most} in all)`,
  },
  "vtep-filter-set": {
    level: "info",
    text: ({ isAgain }) =>
      isAgain
        ? "the VTEP filter was changed or removed, and is set again"
        : "VXLAN is taken from nodes alone: the VTEP filter is set",
  },
  "limit-met": {
    level: "warn",
    text: ({ limit, lan, device, most }) => `${name(lan)}: ${device} ${MET[limit](most)}`,
  },
  "limit-left": {
    level: "info",
    text: ({ limit, lan, device }) => {
      const who = limit === "macs" ? name(lan) : `${name(lan)}: ${device}`;
      return `${who} is below its limit of ${LIMITED[limit] ?? limit} again`;
    },
  },
  "macs-limited-by-port": {
    level: "info",
    text: () =>
      "this kernel limits no bridge: a port that exceeds the limit of MAC addresses stops to learn",
  },
  "session-up": { level: "info", text: (session) => `BGP session with ${peer(session)} is up` },
  "session-down": {
    level: "warn",
    text: (session) => `BGP session with ${peer(session)} is down (${session.state})`,
  },
  "node-away": {
    level: "warn",
    text: ({ vtep }) => `node ${vtep} is away: frames still go to its pods`,
  },
  "node-settled": { level: "info", text: ({ vtep }) => `node ${vtep} is no longer away` },
  "relay-open": {
    level: "warn",
    text: ({ why }) =>
      `FRR's relay holds nothing back, and entries of a node go as soon as it is away: ${why}`,
  },
  "relay-holding": {
    level: "info",
    text: () => "FRR's relay keeps the entries of nodes that are away again",
  },
  "password-changed": { level: "info", text: () => "another BGP password is used" },
  "peer-believed": {
    level: "debug",
    text: ({ peer, vtep }) => `routes to ${vtep} are taken from ${peer}`,
  },
  "peer-refused": {
    level: "error",
    text: ({ peer, why }) => `no routes are taken from ${peer}: ${why}`,
  },
  "reflector-unknown": {
    level: "warn",
    text: ({ name }) => `the reflector ${name} is not found: the DNS does not know the name`,
  },
  "uplink-up": { level: "debug", text: ({ peer }) => `the inventory is told to ${peer}` },
  "uplink-down": {
    level: "warn",
    text: ({ peer, why }) => `the inventory cannot be told to ${peer}: ${why}`,
  },
  "uplink-back": { level: "info", text: ({ peer }) => `the inventory is told to ${peer} again` },
  "uplink-refused": {
    level: "warn",
    text: ({ peer, why }) => `no inventory is taken from ${peer}: ${why}`,
  },
  "events-dropped": {
    level: "warn",
    text: ({ peer, count }) => `${count} events of ${peer} are dropped: it tells too many`,
  },
  "move-hints": {
    level: "debug",
    text: ({ fate, count }) => `hints of moves ${fate}: ${count}`,
  },
  "entries-kept": {
    level: "warn",
    text: ({ count }) => `${count} forwarding entries kept: there was no BGP session`,
  },
  "entries-removed": {
    level: "info",
    text: ({ count }) => `${count} forwarding entries removed that EVPN does not know`,
  },
  "calls-served": { level: "info", text: () => "calls are answered here" },
  "call-answered": {
    level: "debug",
    text: ({ verb, attachment, ms }) => `${verb}${about(attachment)}: done in ${inMs(ms)}`,
  },
  "call-failed": {
    level: "warn",
    text: ({ verb, attachment, ms, error }) => {
      const details = error.details === undefined ? "" : ` (${error.details})`;
      const code = `code ${error.code}, ${inMs(ms)}`;
      return `${verb}${about(attachment)} failed: ${error.msg}${details} [${code}]`;
    },
  },
  "call-undelivered": {
    level: "warn",
    text: ({ verb, attachment, why }) => {
      const what = why === "no-room" ? "/run had no room for" : "nobody took";
      const undone = verb === "ADD" ? "; it is undone" : "";
      const name = nameOf(attachment);
      return `${what} the answer to ${verb}${undone}${name === "" ? "" : ` (${name})`}`;
    },
  },
  "call-declined": { level: "debug", text: ({ verb }) => `${verb} answered by the binary` },
  "call-fallen-back": {
    level: "warn",
    text: ({ verb }) => `${verb} answered by the binary: the manager had not taken it in time`,
  },
  "call-broken": { level: "error", text: ({ why }) => why },
  "node-ready": { level: "info", text: () => "ready" },
  "node-not-ready": { level: "warn", text: ({ reasons }) => `not ready: ${reasons.join("; ")}` },
  "underlay-changed": {
    level: "warn",
    text: ({ vtep, mtu }) => `this node's address or MTU has changed: VTEP ${vtep}, MTU ${mtu}`,
  },
  "facts-written": {
    level: "info",
    text: ({ vtep, outcome }) => `facts for the plugin: ${outcome} (VTEP ${vtep})`,
  },
  "frr-started": { level: "info", text: () => "FRR started under watchfrr" },
  "frr-awaited": { level: "info", text: () => "waiting for FRR's daemons" },
  "frr-configured": { level: "info", text: ({ outcome }) => `FRR's configuration: ${outcome}` },
  "frr-applied": { level: "info", text: ({ outcome }) => `FRR runs it: ${outcome}` },
  "frr-configured-again": {
    level: "warn",
    text: ({ ms }) =>
      `bgpd has tried no session for ${Math.round(ms / 1_000)} s; ` +
      "it was given its configuration again",
  },
  "daemon-up": { level: "info", text: ({ daemon }) => `FRR's ${daemon} is up` },
  "daemon-down": { level: "warn", text: ({ daemon }) => `FRR's ${daemon} is down` },
  "start-files-written": {
    level: "info",
    text: ({ role }) => `FRR's start files are in place for a ${role}`,
  },
  "lan-netns-ensured": {
    level: "info",
    text: ({ path, outcome }) => `LAN namespace ${path}: ${outcome}`,
  },
  "plugin-installed": { level: "info", text: ({ dir, outcome }) => `plugin in ${dir}: ${outcome}` },
  "uninstalled": { level: "info", text: ({ what }) => `${what}: removed` },
  "view-served": {
    level: "info",
    text: ({ port, who, isGuarded, isTls }) =>
      `/metrics and the map are served at port ${port} to ${
        who === "loopback" ? "this machine alone" : "everybody who reaches it"
      }${isGuarded ? ", with a token" : ""}${isTls ? ", over TLS" : ""}`,
  },
  "duty-failed": { level: "warn", text: ({ duty, why }) => `Cannot ${duty}: ${why}` },
  "duty-recovered": { level: "info", text: ({ duty }) => `works again: ${duty}` },
  "manager-stopped": { level: "info", text: () => "manager stopped; LANs and FRR go on" },
  "manager-failed": { level: "error", text: ({ why }) => why },
};

/** Every kind of event. */
export const KINDS = Object.keys(TABLE) as Kind[];

/** What a limit is about. */
export const LIMITED = {
  macs: "MAC addresses",
  storm: "flooded frames/s",
  share: "flooded frames/s beside others",
  frames: "frames/s",
  learning: "new MAC addresses/s",
} as const satisfies Record<Limited["limit"], string>;
const MET: Readonly<Record<Limited["limit"], (most: number) => string>> = {
  storm: (most) =>
    `floods it: of more than ${most} frames a second, or the bytes of as many full ones, ` +
    "the rest is dropped",
  share: (most) =>
    `floods it while much else is flooded: of more than ${most} frames a second, or the bytes of ` +
    "as many full ones, what is too much for all together is dropped",
  frames: (most) =>
    `sends as a loop does: of more than ${most} frames a second the rest is dropped`,
  learning: (most) =>
    `uses new MAC addresses too fast: frames of more than ${most} a second are dropped`,
  macs: (most) => `has used up the ${most} MAC addresses of the LAN; frames to more are flooded`,
};

export function levelOf({ kind }: Pick<Happening, "kind">): Level {
  return TABLE[kind].level;
}

export function isAtLeast(event: Happening, least: Level): boolean {
  return LEVELS.indexOf(levelOf(event)) >= LEVELS.indexOf(least);
}

/** How an event is told: its level and its words. */
interface Told {
  readonly level: Level;
  /** On one line, whatever was said by a pod's creator or a program. */
  readonly text: string;
}

/**
 * Tells any event. A worker of another version may know other kinds, or other figures of a kind:
 * then the kind's name is all that can be said.
 */
export function tellOf<K extends Kind>(event: HappeningOf<K>): Told {
  const row: Row<K> | undefined = Object.hasOwn(TABLE, event.kind)
    ? TABLE[event.kind as K]
    : undefined;
  const level = row?.level ?? "info";
  try {
    const text = row?.text(complete(event)) ?? event.kind;
    return { level, text: onOneLine(text) };
  } catch {
    return { level, text: harmless(event.kind) };
  }
}

type Optional<T> = T extends object
  ? { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T]
  : never;
/** What an event of this version may lack: a figure without a row fails the type check. */
const OPTIONAL: Readonly<Record<Optional<Happening | CallSubject | CallError>, true>> = {
  hostname: true,
  details: true,
  pod: true,
  container: true,
  ifname: true,
  network: true,
};

/** The same figures, and to read one that is not there is an error: no text says "undefined". */
function complete<T extends object>(figures: T): T {
  return new Proxy(figures, {
    get(_, key) {
      const figure = Reflect.get(figures, key) ?? undefined;
      if (figure === undefined && !Object.hasOwn(OPTIONAL, key)) {
        throw new Error(`${String(key)} is missing`);
      }
      return typeof figure === "object" ? complete(figure) : figure;
    },
  });
}

function name(lan: Lan): string {
  return `LAN ${lanTitle(lan)} (VNI ${lan.vni})`;
}

function peer({ peer, hostname }: { peer: string; hostname?: string | undefined }): string {
  return hostname === undefined ? peer : `${hostname} (${peer})`;
}

/** Such as "lab/pc1 net1 on r-net1", with what the call says. */
function nameOf({ pod, container, ifname, network }: CallSubject): string {
  const words = [pod ?? container?.slice(0, 13), ifname, network && `on ${network}`];
  return words.filter((word) => word !== undefined).join(" ");
}

/** Such as " of lab/pc1 net1 on r-net1"; nothing where the call says nothing. */
function about(attachment: CallSubject): string {
  const name = nameOf(attachment);
  return name === "" ? "" : ` of ${name}`;
}

function inMs(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
