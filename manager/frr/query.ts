// Asks FRR what it is doing, and reads its JSON.
import * as z from "zod";
import type { Run } from "../../shared/process/exec.ts";
import { askFrr } from "./ask.ts";
import { type Show, vtysh } from "./vtysh.ts";

/** A BGP session. */
export interface Session {
  readonly peer: string;
  /** The peer's name, where it has told one. */
  readonly hostname?: string;
  /** RFC 4271 section 8.2.2: "Established" when routes flow. */
  readonly state: string;
  readonly uptimeMs: number;
  readonly prefixesReceived: number;
  readonly prefixesSent: number;
}

/** A LAN as zebra knows it. */
export interface Vni {
  readonly vni: number;
  readonly vxlan: string;
  readonly remoteVteps: readonly string[];
  /** How many MAC addresses it has; absent where zebra does not say. */
  readonly macs?: number;
}

/** A MAC address as zebra knows it. */
export interface Mac {
  readonly vni: number;
  readonly mac: string;
  /** The port it is behind, or the node (VTEP address). */
  readonly behind: string;
  readonly type: "local" | "remote";
}

const summary = z.object({
  peers: z.record(
    z.string(),
    z.object({
      state: z.string(),
      hostname: z.string().optional(),
      peerUptimeMsec: z.number().default(0),
      pfxRcd: z.number().default(0),
      pfxSnt: z.number().default(0),
    }),
  ).default({}),
});
const vnis = z.record(
  z.string(),
  z.object({
    vni: z.number(),
    vxlanIf: z.string(),
    remoteVteps: z.array(z.string()).default([]),
    numMacs: z.number().optional(),
  }),
);
/** What FRR says of itself. */
export interface FrrHealth {
  /** Names of the daemons that answer; empty when none does. */
  readonly daemons: readonly string[];
  readonly sessions: readonly Session[];
}

/** @throws {CutOff} when FRR does not answer in time: nothing is known of it then */
export async function readHealth(run: Run): Promise<FrrHealth> {
  // vtysh ends with 1 where bgpd is away, and names the daemons all the same.
  const { stdout } = await askFrr(run, vtysh.health());
  const [line = ""] = stdout.split("\n", 1);
  return { daemons: toNames(line), sessions: toSessions(stdout.slice(line.length)) };
}

/**
 * Names of the daemons that answer; empty when none does.
 * @throws {CutOff} as {@link readHealth}
 */
export async function readDaemons(run: Run): Promise<string[]> {
  return toNames((await askFrr(run, vtysh.daemons())).stdout);
}

function toNames(line: string): string[] {
  return line.split(/\s+/).filter((name) => name !== "");
}

function toSessions(json: string): Session[] {
  const { peers = {} } = parse(json, summary) ?? {};
  return Object.entries(peers).map(([peer, one]) => ({
    peer,
    ...(one.hostname !== undefined && { hostname: one.hostname }),
    state: one.state,
    uptimeMs: one.peerUptimeMsec,
    prefixesReceived: one.pfxRcd,
    prefixesSent: one.pfxSnt,
  }));
}

/**
 * The LANs of this node. Undefined when zebra is away: not to know is not to have none.
 * @throws {CutOff} when zebra does not answer in time
 */
export async function readVnis(run: Run): Promise<Vni[] | undefined> {
  const found = await ask(run, "show evpn vni json", vnis);
  return found && Object.values(found).map(({ vni, vxlanIf, remoteVteps, numMacs }) => ({
    vni,
    vxlan: vxlanIf,
    remoteVteps,
    ...(numMacs !== undefined && { macs: numMacs }),
  }));
}

/**
 * The answer to a show. Undefined when the daemon is away, has nothing to show, or says what this
 * program cannot read.
 */
async function ask<T>(
  run: Run,
  show: Show,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const done = await askFrr(run, vtysh.show(show));
  return done.reason === "success" ? parse(done.stdout, schema) : undefined;
}

function parse<T>(json: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
