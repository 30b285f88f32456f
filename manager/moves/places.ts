// Where the kernel of this node has a MAC address: asked of bridge(8), and read from its lines.
import { describe } from "../../shared/process/command.ts";
import type { Run } from "../../shared/process/exec.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { batch } from "../../shared/iproute2/batch.ts";
import { countFailed } from "../../shared/iproute2/messages.ts";
import { bridge } from "../../shared/iproute2/words.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/** A LAN of this node by its devices. */
export interface LanTables {
  readonly vni: number;
  readonly bridge: string;
  readonly vxlan: string;
}

/** A MAC address of such a LAN. */
export interface LanMac extends LanTables {
  readonly mac: string;
}

export interface Place {
  /** The bridge's port that frames go to: the VXLAN device, or a pod's. */
  readonly port?: string;
  /** Somebody has written the bridge's entry: the port is said to have the address. */
  readonly isWritten?: true;
  /**
   * The node in the VXLAN device's own table. That entry stays when the address has become local:
   * it says where the address was.
   */
  readonly vtep?: string;
}

/** Answers a place for each, in their order. What nobody knows has an empty one. */
export async function readPlaces(run: Run, macs: readonly LanMac[]): Promise<Place[]> {
  const questions = macs.flatMap((one) => [
    bridge`fdb get ${one.mac} br ${one.bridge}`,
    bridge`fdb get ${one.mac} dev ${one.vxlan} self`,
  ]);
  const { argv, ...input } = batch("bridge", questions);
  const done = await run({ argv: inNetns(LAN_NETNS, argv), ...input });
  const hasRun = done.reason === "success" ||
    done.reason === "exit" && countFailed(done.stderr) > 0;
  if (!hasRun) throw new Error(describe(done));
  return parsePlaces(done.stdout, macs);
}

export function parsePlaces(text: string, macs: readonly LanMac[]): Place[] {
  const entries = text.split("\n").map((line) => line.trimEnd().split(" "));
  const after = (words: readonly string[], key: string) =>
    words.includes(key) ? words[words.indexOf(key) + 1] : undefined;
  return macs.map(({ mac, bridge, vxlan }) => {
    const own = entries.filter(([first]) => first === mac);
    const known = own.find((words) => after(words, "master") === bridge);
    const port = known && after(known, "dev");
    const vtep = own.flatMap((words) =>
      words.includes("self") && after(words, "dev") === vxlan ? after(words, "dst") ?? [] : []
    )[0];
    const isWritten = known?.some((word) =>
      WRITTEN.has(word)
    );
    return {
      ...(port !== undefined && { port }),
      ...(isWritten && { isWritten }),
      ...(vtep !== undefined && { vtep }),
    };
  });
}

const WRITTEN: ReadonlySet<string> = new Set(["static", "permanent", "sticky"]);

/** An address that has come to a port of a bridge. */
export interface Arrival {
  readonly mac: string;
  readonly port: string;
  readonly bridge: string;
}

/** Reads a line of `bridge monitor fdb`; undefined where it tells of no address at a pod's port. */
export function parseArrival(line: string): Arrival | undefined {
  const [, mac, port, bridge] = ARRIVAL.exec(line) ?? [];
  if (mac === undefined || port === undefined || bridge === undefined) return undefined;
  return NO_ARRIVAL.test(line) ? undefined : { mac, port, bridge };
}

const ARRIVAL = /^((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) dev (\S+) .*?\bmaster (\S+)/;
const NO_ARRIVAL = / (self|permanent|extern_learn)( |$)/;
