// Asks a reflector's bgpd who is in session with it, and what one of them has announced.
import * as z from "zod";
import { readAnswer } from "../../shared/process/answers.ts";
import type { Run } from "../../shared/process/exec.ts";
import type { Caller } from "./clients.ts";
import { vtysh } from "./vtysh.ts";

/** A session that is Established, as bgpd counts it. */
export interface CountedCaller extends Caller {
  /** How many updates (RFC 4271, section 4.3) it has sent. */
  readonly updates: number;
  /** When (ms) bgpd was asked for that. */
  readonly countedAt: number;
  /** When (ms) the session began at the latest. */
  readonly since: number;
}

/** A route that a caller has announced, and that was not refused. */
export interface AnnouncedRoute {
  /** Of the route distinguisher, without its number: an address, or an AS. */
  readonly administrator: string;
  readonly type: number;
  /** Of type 3: the node that wants to have what is flooded. */
  readonly originator?: string;
}

const neighbor = z.object({
  bgpState: z.literal("Established"),
  remoteRouterId: z.string(),
  bgpTimerUpMsec: z.number().default(0),
  messageStats: z.object({ updatesRecv: z.number() }),
});
const path = z.object({
  routeType: z.number(),
  peerId: z.string(),
  ip: z.string().optional(),
});
const route = z.object({ paths: z.array(z.union([path, z.array(path)])) });
/** bgpd counts the time of a session in whole seconds. */
const COUNTED_MS = 1_000;
/** A peer takes 6 kB. */
const MAX_PEERS_BYTES = 64 * 1024 * 1024;
/** A node's route takes 0.8 kB; one with as many communities as an update has room for, 6 kB. */
const ROUTE_BYTES = 2048;
const LEAST_ROUTES_BYTES = 1024 * 1024;
const MULTICAST = 3;

/** Undefined when bgpd does not answer. */
export async function readCallers(run: Run): Promise<CountedCaller[] | undefined> {
  const command = vtysh.show("show bgp neighbors json");
  const askedAt = performance.now();
  const { reason, stdout } = await run({ ...command, maxOutputBytes: MAX_PEERS_BYTES });
  return reason === "success" ? parseCallers(stdout, askedAt, performance.now()) : undefined;
}

/** The times (ms) are those of the question and of its answer. */
function parseCallers(json: string, askedAt: number, answeredAt: number): CountedCaller[] {
  return Object.entries(readTable(json)).flatMap(([peer, value]) => {
    const { data } = neighbor.safeParse(value);
    if (data === undefined) return [];
    return [{
      peer,
      routerId: data.remoteRouterId,
      updates: data.messageStats.updatesRecv,
      countedAt: askedAt,
      since: answeredAt - data.bgpTimerUpMsec + COUNTED_MS,
    }];
  });
}

/**
 * Undefined when bgpd does not answer; "too long" where `mostRoutes` routes of a node take less:
 * the manager has not the memory for all that a caller can announce.
 */
export async function readAnnounced(
  run: Run,
  peer: string,
  mostRoutes: number,
): Promise<AnnouncedRoute[] | "too long" | undefined> {
  const maxOutputBytes = LEAST_ROUTES_BYTES + mostRoutes * ROUTE_BYTES;
  const command = { ...vtysh.announced(peer), maxOutputBytes, mayBeCut: true } as const;
  const { reason, stdout, isCut } = await run(command);
  if (reason !== "success") return undefined;
  return isCut ? "too long" : parseAnnounced(stdout, peer);
}

function parseAnnounced(json: string, peer: string): AnnouncedRoute[] {
  return Object.entries(readTable(json)).flatMap(([distinguisher, routes]) => {
    if (typeof routes !== "object" || routes === null) return [];
    const administrator = distinguisher.replace(/:\d+$/, "");
    const paths = Object.values(routes).flatMap((one) => route.safeParse(one).data?.paths ?? []);
    return paths.flat().filter(({ peerId }) => peerId === peer).map(({ routeType, ip }) => ({
      administrator,
      type: routeType,
      ...(routeType === MULTICAST && ip !== undefined && { originator: ip }),
    }));
  });
}

function readTable(json: string): Record<string, unknown> {
  return readAnswer(z.record(z.string(), z.unknown()), "bgpd", json || "{}");
}
