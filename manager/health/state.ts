// Whether this manager is alive, and whether its node can carry LANs: pure.
import { areUp } from "../frr/supervise.ts";
import type { Session } from "../frr/query.ts";
import type { Role } from "../settings.ts";

/** What the last look at FRR found. */
export interface Observation {
  /** When (ms, monotonic); undefined before the first look. */
  readonly at?: number;
  readonly daemons: readonly string[];
  readonly sessions: readonly Session[];
}

/** An answer to a probe. */
export interface Verdict {
  readonly ok: boolean;
  /** Why not; empty when ok. */
  readonly reasons: readonly string[];
}

/** Ready: the daemons are up, and on a worker a session is Established. */
export function isReady(
  role: Role,
  { daemons, sessions }: Pick<Observation, "daemons" | "sessions">,
): Verdict {
  const established = sessions.some(({ state }) => state === "Established");
  return verdict([
    ...(areUp(daemons) ? [] : ["FRR's daemons are not up"]),
    ...(role === "route-reflector" || established ? [] : ["no BGP session is Established"]),
  ]);
}

/** Alive: the loop that looks at the node still turns. */
export function isAlive({ at }: Observation, now: number, limitMs: number): Verdict {
  const isStuck = at !== undefined && now - at > limitMs;
  return verdict(
    isStuck ? [`the node was last looked at ${Math.round((now - at) / 1000)} s ago`] : [],
  );
}

function verdict(reasons: readonly string[]): Verdict {
  return { ok: reasons.length === 0, reasons };
}
