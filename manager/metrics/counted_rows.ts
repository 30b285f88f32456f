// The rows of the table that count what happens: calls, looks, events. Pure.
import { HANDED_VERBS } from "../calls/protocol.ts";
import { FATES } from "../moves/fates.ts";
import { KINDS, levelOf } from "../events/render.ts";
import { type CountedRow, type HistogramRow, type Labels, MOST } from "./row.ts";

const SOURCE = "events of the manager";
const VERBS = [...HANDED_VERBS, "other"];
/** In seconds. */
const CALL_BUCKETS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const LOOK_BUCKETS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
/** A histogram's further series of each set of labels: +Inf, sum and count. */
const MORE = 3;
/** One series more, for all kinds that are not declared. */
const FURTHER = 1;

const call = (verb: string, way: string, result: string): Labels => ({ verb, way, result });

export const CALL_ROWS: readonly (CountedRow | HistogramRow)[] = [
  {
    name: "megalos_calls_total",
    help: "Calls of container runtimes, by verb, by way (resident: answered by the manager; " +
      "binary: by the plugin's executable) and by result (ok, error, undelivered; unknown: the " +
      "executable does not tell).",
    type: "counter",
    labels: ["verb", "way", "result"],
    source: SOURCE,
    most: VERBS.length * 4 + FURTHER,
    first: VERBS.flatMap((verb) => [
      ...["ok", "error", "undelivered"].map((result) => call(verb, "resident", result)),
      call(verb, "binary", "unknown"),
    ]),
    hear(heard) {
      switch (heard.kind) {
        case "call-answered":
          return [call(heard.verb, "resident", "ok"), 1];
        case "call-failed":
          return [call(heard.verb, "resident", "error"), 1];
        case "call-undelivered":
          return [call(heard.verb, "resident", "undelivered"), 1];
        case "call-declined":
        case "call-fallen-back":
          return [call(heard.verb, "binary", "unknown"), 1];
        default:
          return undefined;
      }
    },
  },
  {
    name: "megalos_call_duration_seconds",
    help: "Time from a call's request to the manager's answer.",
    type: "histogram",
    labels: ["verb", "result"],
    source: SOURCE,
    most: (VERBS.length * 2 + FURTHER) * (CALL_BUCKETS.length + MORE),
    buckets: CALL_BUCKETS,
    hear(heard) {
      if (heard.kind !== "call-answered" && heard.kind !== "call-failed") return undefined;
      const result = heard.kind === "call-answered" ? "ok" : "error";
      return [{ verb: heard.verb, result }, heard.ms / 1000];
    },
  },
];

export const EVENT_ROWS: readonly (CountedRow | HistogramRow)[] = [
  {
    name: "megalos_look_duration_seconds",
    help: "Time of one look of the manager at this node, with all that it does then.",
    type: "histogram",
    labels: [],
    source: "the manager itself",
    most: LOOK_BUCKETS.length + MORE,
    buckets: LOOK_BUCKETS,
    hear: (heard) => heard.kind === "looked" ? [{}, heard.ms / 1000] : undefined,
  },
  {
    name: "megalos_bgp_session_flaps_total",
    help: "How often a BGP session that was Established has ended.",
    type: "counter",
    labels: ["peer"],
    source: SOURCE,
    most: MOST.peers,
    first: [],
    hear(heard) {
      if (heard.kind !== "session-up" && heard.kind !== "session-down") return undefined;
      return [{ peer: heard.peer }, heard.kind === "session-down" ? 1 : 0];
    },
  },
  {
    name: "megalos_daemon_restarts_total",
    help: "How often a daemon of FRR was back that had not answered at a look before.",
    type: "counter",
    labels: ["daemon"],
    source: SOURCE,
    most: 20,
    first: ["bgpd", "watchfrr", "zebra"].map((daemon) => ({ daemon })),
    hear: (heard) => heard.kind === "daemon-up" ? [{ daemon: heard.daemon }, 1] : undefined,
  },
  {
    name: "megalos_move_hints_total",
    help: "Hints that a MAC address has moved to another node: told to reflectors, passed by a " +
      "reflector, followed, refused, dropped (there were too many), settled (EVPN said otherwise).",
    type: "counter",
    labels: ["fate"],
    source: SOURCE,
    most: FATES.length + FURTHER,
    first: FATES.map((fate) => ({ fate })),
    hear: (heard) => heard.kind === "move-hints" ? [{ fate: heard.fate }, heard.count] : undefined,
  },
  {
    name: "megalos_events_total",
    help: "Events of this node by their kind and level, as the log has them.",
    type: "counter",
    labels: ["kind", "level"],
    source: SOURCE,
    most: 200,
    first: KINDS.map((kind) => ({ kind, level: levelOf({ kind }) })),
    hear: (heard) =>
      heard.kind === "looked" ? undefined : [{ kind: heard.kind, level: levelOf(heard) }, 1],
  },
];
