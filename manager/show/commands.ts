// The commands that show what there is: nodes, LANs, devices, sessions and events.
import type { Command } from "commander";
import { quote } from "../../shared/quote.ts";
import { sleep } from "../../shared/process/time.ts";
import { LocalManager } from "../local/ask.ts";
import { toJson } from "../../shared/harmless.ts";
import type { View } from "../view/view.ts";
import { renderJson, renderText } from "./event_lines.ts";
import {
  deviceRecords,
  findLans,
  type LanRecord,
  lanRecords,
  nodeRecords,
  sessionRecords,
} from "./records.ts";
import {
  deviceTable,
  lanTable,
  type Look,
  nodeTable,
  renderMissing,
  sessionTable,
} from "./tables.ts";

/** What the commands need of their process. */
export interface Screen {
  readonly print: (text: string) => void;
  readonly columns: number;
  readonly isTerminal: boolean;
  /** Whether there is a terminal and colours are wanted on it. */
  readonly isColoured: boolean;
  readonly signal: AbortSignal;
}

interface Options {
  readonly json?: true;
  readonly watch?: true;
}

/** Pause (ms) between two looks of `--watch`. */
const WATCH_MS = 2_000;
/** Pause (ms) between two questions of `events --follow`. */
const FOLLOW_MS = 500;

/** One thing that can be shown: what `--json` prints of it, and its table. */
interface Shown {
  readonly json: (view: View) => unknown;
  readonly table: (view: View, look: Look) => string;
}

const nodes: Shown = {
  json: nodeRecords,
  table: (view, look) => nodeTable(nodeRecords(view), look),
};
const lans: Shown = { json: lanRecords, table: (view, look) => lanTable(lanRecords(view), look) };
const devices: Shown = {
  json: deviceRecords,
  table: (view, look) => deviceTable(deviceRecords(view), look),
};
const sessions: Shown = {
  json: sessionRecords,
  table: (view, look) => sessionTable(sessionRecords(view), look),
};

/** One LAN, or all LANs of a name. */
function lan(wanted: string): Shown {
  const pick = (view: View): LanRecord[] => {
    const found = findLans(lanRecords(view), wanted);
    if (found.length > 0) return found;
    throw new Error(`Cannot show LAN ${quote(wanted)}: there is none of that name or VNI`);
  };
  const devicesOf = (view: View, { name, suffix, vni }: LanRecord) =>
    deviceRecords(view).filter((one) => one.vni === vni && one.lan === `${name}-${suffix}`);
  return {
    json: (view) => pick(view).map((one) => ({ ...one, devices: devicesOf(view, one) })),
    table: (view, look) =>
      pick(view).map((one) =>
        `${lanTable([one], look)}\n${deviceTable(devicesOf(view, one), look)}`
      )
        .join("\n"),
  };
}

export function addShowCommands(cli: Command, screen: Screen): void {
  const add = (name: string, description: string, what: Shown | ((word: string) => Shown)) => {
    const command = cli.command(name)
      .description(`show ${description}: of this node, or of the cluster on a reflector`)
      .option("--json", "as JSON, with the keys of docs/commands.md")
      .option("-w, --watch", "again every two seconds, until Ctrl-C");
    if (typeof what !== "function") {
      return command.action((options: Options) => show(what, options, screen));
    }
    command.argument("<lan>", "its name, NAME-SUFFIX or VNI")
      .action((word: string, options: Options) => show(what(word), options, screen));
  };
  add("nodes", "nodes, and whether they are ready", nodes);
  add("lans", "LANs", lans);
  add("lan", "one LAN with its devices", lan);
  add("devices", "devices of pods, with their LANs, MAC addresses and traffic", devices);
  add("sessions", "BGP sessions", sessions);
  cli.command("events")
    .description("show the last events: of this node, or of the cluster on a reflector")
    .option("--json", "as JSON, an object a line")
    .option("-f, --follow", "and those that come, until Ctrl-C")
    .action((options: { json?: true; follow?: true }) => showEvents(options, screen));
}

async function show({ json, table }: Shown, options: Options, screen: Screen): Promise<void> {
  using manager = await LocalManager.find();
  const { print, columns: width, isTerminal, isColoured, signal } = screen;
  do {
    const view = await manager.view(true);
    const look: Look = { width, isColoured, now: Date.now() };
    const text = options.json
      ? toJson(json(view), 2) + "\n"
      : table(view, look) + renderMissing(nodeRecords(view));
    const clear = options.watch && isTerminal ? "\x1b[H\x1b[2J" : "";
    print(clear + text);
    if (options.watch) await sleep(WATCH_MS, signal);
  } while (options.watch && !signal.aborted);
}

async function showEvents(
  { json, follow }: { readonly json?: true; readonly follow?: true },
  { print, signal }: Screen,
): Promise<void> {
  using manager = await LocalManager.find();
  let last = 0;
  do {
    const events = await manager.eventsAfter(last);
    last = events.at(-1)?.number ?? last;
    // Workers that call again tell earlier events later.
    const inTime = events.toSorted((one, other) => one.time < other.time ? -1 : 1);
    for (const event of inTime) print(json ? renderJson(event) : renderText(event));
    if (follow) await sleep(FOLLOW_MS, signal);
  } while (follow && !signal.aborted);
}
