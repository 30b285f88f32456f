// What happens on a node, as one closed union: log lines, counters and streams come from it.
import type { Lan } from "../../shared/lan/lan.ts";
import type { Fate } from "../moves/fates.ts";
import type { Family } from "../node/neighbour_tables.ts";
import type { Role } from "../settings.ts";

/** Syslog's words for how much somebody should care, the least first. */
export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = typeof LEVELS[number];

/** Whom a call was about, as far as the call says it. */
export interface CallSubject {
  /** `NAMESPACE/NAME`, where the runtime gave both. */
  readonly pod?: string;
  readonly container?: string;
  /** Name of the interface in the pod. */
  readonly ifname?: string;
  /** `name` of the network configuration. */
  readonly network?: string;
}

/** An error that a call was answered with (CNI specification, section "Error"). */
export interface CallError {
  readonly code: number;
  readonly msg: string;
  readonly details?: string | undefined;
}

/** What a LAN may use. */
export const LIMITS = ["macs", "storm", "share", "frames", "learning"] as const;

/** A limit that a device has used up. */
export interface Limited {
  readonly limit: typeof LIMITS[number];
  readonly lan: Lan;
  /** `NAMESPACE/NAME INTERFACE` of the pod, or else the port. */
  readonly device: string;
  /** What the limit allows: MAC addresses, or frames a second of a port (flooded, or all). */
  readonly most: number;
}

/** How a file or a setting was found. */
type Written = "updated" | "unchanged";

/** What happened, without its time. Each kind is rendered in `render.ts`. */
export type Happening =
  // LANs.
  | { readonly kind: "lan-made"; readonly lan: Lan }
  /** The last pod has left, or somebody else has removed the LAN. */
  | { readonly kind: "lan-gone"; readonly lan: Lan }
  | { readonly kind: "lan-mended"; readonly lan: Lan; readonly why: string }
  /** The manager has removed a LAN that had no pod for the grace time. */
  | { readonly kind: "empty-lan-removed"; readonly lan: Lan }
  /** Devices of no LAN. */
  | { readonly kind: "strays-removed"; readonly devices: readonly string[] }
  /** VXLAN devices have been given the node's new address. */
  | { readonly kind: "vteps-moved"; readonly vtep: string; readonly count: number }
  | { readonly kind: "lan-netns-pinned"; readonly path: string }
  /** Somebody has made another LAN namespace. */
  | { readonly kind: "lan-netns-replaced"; readonly path: string }
  /** Kernel settings (sysctls) of the LAN namespace that somebody had turned. */
  | { readonly kind: "switches-reset"; readonly path: string; readonly switches: readonly string[] }
  /** The kernel's table takes `most` neighbours, in all network namespaces together. */
  | {
    readonly kind: "neighbours-raised";
    readonly family: Family;
    readonly most: number;
    readonly before: number;
  }
  /** The manager is not in the machine's own network namespace, where alone they can be raised. */
  | { readonly kind: "neighbours-left"; readonly most: number }
  /** So many frames may wait for each processor, of all network namespaces together. */
  | { readonly kind: "backlog-raised"; readonly least: number; readonly before: number }
  /** The manager may not change it. */
  | { readonly kind: "backlog-left"; readonly reason: string }
  /** VXLAN is taken from nodes alone; somebody may have removed the filter. */
  | { readonly kind: "vtep-filter-set"; readonly isAgain: boolean }
  // Limits of a LAN.
  /** Said once until the LAN, or for a storm the device, is below its limit again. */
  | { readonly kind: "limit-met" } & Limited
  | { readonly kind: "limit-left" } & Limited
  /** The kernel limits no bridge: learning goes off on ports instead. */
  | { readonly kind: "macs-limited-by-port" }
  /** The node takes no more ports of LANs. */
  | { readonly kind: "ports-full"; readonly most: number }
  | { readonly kind: "ports-taken-again"; readonly most: number }
  /** Nor does a namespace of Kubernetes: what the node may still take is for others. */
  | {
    readonly kind: "namespace-ports-full";
    readonly namespace: string;
    readonly count: number;
    readonly most: number;
  }
  | {
    readonly kind: "namespace-ports-taken-again";
    readonly namespace: string;
    readonly most: number;
  }
  // BGP EVPN.
  | { readonly kind: "session-up"; readonly peer: string; readonly hostname?: string | undefined }
  | {
    readonly kind: "session-down";
    readonly peer: string;
    readonly hostname?: string | undefined;
    /** What bgpd says of the session now (RFC 4271, section 8.2.2), or "gone". */
    readonly state: string;
  }
  /** A node's BGP session has ended, and what the node has said is kept. */
  | { readonly kind: "node-away"; readonly vtep: string }
  /** The node has said all anew, or its time is over. */
  | { readonly kind: "node-settled"; readonly vtep: string }
  /** FRR's relay passes all deletions on: what a node has said goes as soon as its session ends. */
  | { readonly kind: "relay-open"; readonly why: string }
  | { readonly kind: "relay-holding" }
  /** This node uses another BGP password. */
  | { readonly kind: "password-changed" }
  /** A reflector takes routes of a peer from now on, if they lead to this VTEP. */
  | { readonly kind: "peer-believed"; readonly peer: string; readonly vtep: string }
  /** A reflector takes no routes of a peer; a worker takes none to a node. */
  | { readonly kind: "peer-refused"; readonly peer: string; readonly why: string }
  /** The DNS does not know the name of a reflector, and there is no other way to it. */
  | { readonly kind: "reflector-unknown"; readonly name: string }
  // The uplink.
  | { readonly kind: "uplink-up"; readonly peer: string }
  /** A reflector takes no line for long. */
  | { readonly kind: "uplink-down"; readonly peer: string; readonly why: string }
  | { readonly kind: "uplink-back"; readonly peer: string }
  /** A reflector refuses a worker's line. */
  | { readonly kind: "uplink-refused"; readonly peer: string; readonly why: string }
  /** A worker tells more events than a reflector takes: so many since the last look. */
  | { readonly kind: "events-dropped"; readonly peer: string; readonly count: number }
  /** What became of hints of moves since the last look. */
  | { readonly kind: "move-hints"; readonly fate: Fate; readonly count: number }
  | { readonly kind: "entries-kept"; readonly count: number }
  | { readonly kind: "entries-removed"; readonly count: number }
  // Calls.
  | { readonly kind: "calls-served" }
  | {
    readonly kind: "call-answered";
    readonly verb: string;
    readonly attachment: CallSubject;
    /** From the request to the answer. */
    readonly ms: number;
  }
  | {
    readonly kind: "call-failed";
    readonly verb: string;
    readonly attachment: CallSubject;
    readonly ms: number;
    readonly error: CallError;
  }
  /** The answer was not delivered; an ADD was undone. */
  | {
    readonly kind: "call-undelivered";
    readonly verb: string;
    readonly attachment: CallSubject;
    /** Its launcher has not taken the answer in time, or /run has no room for it. */
    readonly why: "not-taken" | "no-room";
  }
  /** The launcher did not hand the call over, and started the binary. */
  | { readonly kind: "call-declined"; readonly verb: string }
  /** Nobody took the call in time, and the launcher started the binary. */
  | { readonly kind: "call-fallen-back"; readonly verb: string }
  /** The manager could not take a call, or not answer one that it had taken. */
  | { readonly kind: "call-broken"; readonly why: string }
  // The node.
  | { readonly kind: "node-ready" }
  | { readonly kind: "node-not-ready"; readonly reasons: readonly string[] }
  | { readonly kind: "underlay-changed"; readonly vtep: string; readonly mtu: number }
  | { readonly kind: "facts-written"; readonly vtep: string; readonly outcome: Written }
  // FRR.
  | { readonly kind: "frr-started" }
  | { readonly kind: "frr-awaited" }
  | { readonly kind: "frr-configured"; readonly outcome: Written }
  | { readonly kind: "frr-applied"; readonly outcome: "applied" | "unchanged" }
  /** bgpd has tried no session for so long (ms). */
  | { readonly kind: "frr-configured-again"; readonly ms: number }
  | { readonly kind: "daemon-up"; readonly daemon: string }
  | { readonly kind: "daemon-down"; readonly daemon: string }
  // What is installed.
  | { readonly kind: "start-files-written"; readonly role: Role }
  | { readonly kind: "lan-netns-ensured"; readonly path: string; readonly outcome: string }
  | { readonly kind: "plugin-installed"; readonly dir: string; readonly outcome: string }
  | { readonly kind: "uninstalled"; readonly what: string }
  // The manager.
  /** The port of /metrics is open: to this machine, or to all, with a token or without one. */
  | {
    readonly kind: "view-served";
    readonly port: number;
    readonly who: "loopback" | "all";
    readonly isGuarded: boolean;
    readonly isTls: boolean;
  }
  | { readonly kind: "duty-failed"; readonly duty: string; readonly why: string }
  | { readonly kind: "duty-recovered"; readonly duty: string }
  | { readonly kind: "manager-stopped" }
  | { readonly kind: "manager-failed"; readonly why: string };

export type Kind = Happening["kind"];
export type HappeningOf<K extends Kind> = Extract<Happening, { readonly kind: K }>;

/** An event of this node. */
export type NodeEvent = Happening & {
  /** Counts from 1 since this manager's start, without a gap. */
  readonly number: number;
  /** In UTC (RFC 3339), with milliseconds. */
  readonly time: string;
};

/** Says that something has happened. */
export type Tell = (happening: Happening) => void;
