// Where the kernel of this node has a MAC address: asked of bridge(8), and read from its lines.
import * as z from "zod/mini";
import { bridge, type BridgeCommand } from "../../shared/iproute2/words.ts";
import { readAnswer } from "../../shared/process/answers.ts";
import { parsePortEntry } from "../entries/entries.ts";
import type { Tables } from "./tables.ts";

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

/** What the kernel is asked about one with. */
export type MacTables = Omit<LanMac, "vni">;

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

/** Tells addresses of LANs apart. */
export function keyOf({ bridge, mac }: MacTables): string {
  return `${bridge} ${mac}`;
}

/** Asks the kernel. Answers a place for each, in their order. */
export async function readPlaces(
  tables: Pick<Tables, "ask">,
  macs: readonly MacTables[],
): Promise<Place[]> {
  return parsePlaces(await tables.ask(askPlaces(macs)));
}

/** The port of its bridge that each address is known at, in their order. */
export async function readPorts(
  tables: Pick<Tables, "ask">,
  macs: readonly Pick<LanMac, "mac" | "bridge">[],
): Promise<(string | undefined)[]> {
  const answers = await tables.ask(macs.map(({ mac, bridge: name }) => askPort(mac, name)));
  return answers.map((line) => parseEntry(line)?.ifname);
}

/** The questions to bridge(8) whose answers {@link parsePlaces} reads. */
export function askPlaces(macs: readonly MacTables[]): BridgeCommand[] {
  return macs.flatMap(({ mac, bridge: name, vxlan }) => [
    askPort(mac, name),
    bridge`fdb get ${mac} dev ${vxlan} self`,
  ]);
}

const askPort = (mac: string, name: string) => bridge`fdb get ${mac} br ${name}`;

const answer = z.array(z.object({
  ifname: z.string(),
  dst: z.optional(z.string()),
  state: z.optional(z.string()),
  flags: z.optional(z.array(z.string())),
}));

const WRITTEN: ReadonlySet<string> = new Set(["static", "permanent", "sticky"]);

/**
 * A place for each address that was asked for. What nobody knows has an empty one.
 * @throws {Error} when bridge(8) has said what this program cannot read
 */
export function parsePlaces(answers: readonly (string | undefined)[]): Place[] {
  const entries = answers.map(parseEntry);
  return Array.from({ length: entries.length / 2 }, (_, at) => {
    const [known, own] = entries.slice(2 * at, 2 * at + 2);
    const { state = "", flags = [] } = known ?? {};
    return {
      ...(known !== undefined && { port: known.ifname }),
      ...([state, ...flags].some((word) => WRITTEN.has(word)) && { isWritten: true }),
      ...(own?.dst !== undefined && { vtep: own.dst }),
    };
  });
}

function parseEntry(line: string | undefined) {
  return line === undefined ? undefined : readAnswer(answer, "bridge", line)[0];
}

/** An address that has come to a port of a bridge. */
export interface Arrival {
  readonly mac: string;
  readonly port: string;
  readonly bridge: string;
}

/** Reads a line of `bridge monitor fdb`; undefined where it tells of no address at a pod's port. */
export function parseArrival(line: string): Arrival | undefined {
  const entry = parsePortEntry(line);
  if (entry === undefined || entry.isDeleted) return undefined;
  return { mac: entry.mac, port: entry.port, bridge: entry.bridge };
}
