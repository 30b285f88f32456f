// Where the kernel of this node has a MAC address: asked of bridge(8), and read from its lines.
import { bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";

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

/** The questions to bridge(8) whose answers {@link parsePlaces} reads. */
export function askPlaces(macs: readonly LanMac[]): BridgeCommand[] {
  return macs.flatMap(({ mac, bridge: name, vxlan }) => [
    bridge`fdb get ${mac} br ${name}`,
    bridge`fdb get ${mac} dev ${vxlan} self`,
  ]);
}

/** A place for each address that was asked for. What nobody knows has an empty one. */
export function parsePlaces(answers: readonly (string | undefined)[]): Place[] {
  return Array.from({ length: answers.length / 2 }, (_, at) => {
    const [known, own] = answers.slice(2 * at, 2 * at + 2).map((line) => line?.split(/\s+/) ?? []);
    const [port, vtep] = [wordAfter(known!, "dev"), wordAfter(own!, "dst")];
    return {
      ...(port !== undefined && { port }),
      ...(known!.some((word) => WRITTEN.has(word)) && { isWritten: true }),
      ...(vtep !== undefined && { vtep }),
    };
  });
}

function wordAfter(words: readonly string[], key: string): string | undefined {
  const at = words.indexOf(key);
  return at < 0 ? undefined : words[at + 1];
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
