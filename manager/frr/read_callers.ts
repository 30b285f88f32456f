// Asks a reflector's bgpd who is in session with it.
import * as z from "zod";
import { readAnswer } from "../../shared/process/answers.ts";
import type { Run } from "../../shared/process/exec.ts";
import { askFrr } from "./ask.ts";
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

const neighbor = z.object({
  bgpState: z.literal("Established"),
  remoteRouterId: z.string(),
  bgpTimerUpMsec: z.number().default(0),
  messageStats: z.object({ updatesRecv: z.number() }),
});
/** bgpd counts the time of a session in whole seconds. */
const COUNTED_MS = 1_000;
/** A peer takes 6 kB. */
const MAX_PEERS_BYTES = 64 * 1024 * 1024;

/**
 * Undefined when bgpd is away.
 * @throws {CutOff} when it does not answer in time
 */
export async function readCallers(run: Run): Promise<CountedCaller[] | undefined> {
  const command = vtysh.show("show bgp neighbors json");
  const askedAt = performance.now();
  const { reason, stdout } = await askFrr(run, { ...command, maxOutputBytes: MAX_PEERS_BYTES });
  return reason === "success" ? parseCallers(stdout, askedAt, performance.now()) : undefined;
}

/** The times (ms) are those of the question and of its answer. */
function parseCallers(json: string, askedAt: number, answeredAt: number): CountedCaller[] {
  const table = readAnswer(z.record(z.string(), z.unknown()), "bgpd", json || "{}");
  return Object.entries(table).flatMap(([peer, value]) => {
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
