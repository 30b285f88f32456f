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
  messageStats: z.object({ updatesRecv: z.number() }),
});
const path = z.object({
  routeType: z.number(),
  peerId: z.string(),
  ip: z.string().optional(),
});
const route = z.object({ paths: z.array(z.union([path, z.array(path)])) });
/** A peer takes 6 kB, a route 1 kB. */
const MAX_PEERS_BYTES = 64 * 1024 * 1024;
const MAX_ROUTES_BYTES = 256 * 1024 * 1024;
const MULTICAST = 3;

/** Undefined when bgpd does not answer. */
export async function readCallers(run: Run): Promise<CountedCaller[] | undefined> {
  const command = vtysh.show("show bgp neighbors json");
  const { reason, stdout } = await run({ ...command, maxOutputBytes: MAX_PEERS_BYTES });
  return reason === "success" ? parseCallers(stdout) : undefined;
}

export function parseCallers(json: string): CountedCaller[] {
  return Object.entries(readTable(json)).flatMap(([peer, value]) => {
    const { data } = neighbor.safeParse(value);
    if (data === undefined) return [];
    return [{ peer, routerId: data.remoteRouterId, updates: data.messageStats.updatesRecv }];
  });
}

/** Undefined when bgpd does not answer. */
export async function readAnnounced(run: Run, peer: string): Promise<AnnouncedRoute[] | undefined> {
  const command = vtysh.show(`show bgp l2vpn evpn neighbors ${peer} routes json`);
  const { reason, stdout } = await run({ ...command, maxOutputBytes: MAX_ROUTES_BYTES });
  return reason === "success" ? parseAnnounced(stdout, peer) : undefined;
}

export function parseAnnounced(json: string, peer: string): AnnouncedRoute[] {
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
