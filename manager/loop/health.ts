// Whether this manager is alive, and whether its node can carry LANs.
import { scaled } from "../../shared/process/time_scale.ts";
import type { Tell } from "../events/event.ts";
import { areUp } from "../frr/supervise.ts";
import type { Role } from "../settings.ts";
import type { Duty } from "./duty.ts";
import { findNews, isUp } from "./news.ts";
import type { Observation } from "./observation.ts";

/** An answer to a probe. */
export interface Verdict {
  readonly ok: boolean;
  /** Why not; empty when ok. */
  readonly reasons: readonly string[];
}

/** Ready: FRR answers, the daemons are up, and on a worker a session is Established. */
export function isReady(
  role: Role,
  { daemons, sessions, silence }: Pick<Observation, "daemons" | "sessions" | "silence">,
): Verdict {
  if (silence !== undefined) return verdict(["FRR does not answer"]);
  return verdict([
    ...(areUp(daemons) ? [] : ["FRR's daemons are not up"]),
    ...(role === "route-reflector" || sessions.some(isUp) ? [] : ["no BGP session is Established"]),
  ]);
}

/** A look that takes longer than this means that the loop is stuck. */
const STUCK_MS = 60_000;

/** Alive: the loop that looks at the node still turns. `at` is when (ms) it looked last. */
export function isAlive(at: number | undefined, now: number): Verdict {
  const isStuck = at !== undefined && now - at > scaled(STUCK_MS);
  return verdict(
    isStuck ? [`the node was last looked at ${Math.round((now - at) / 1000)} s ago`] : [],
  );
}

function verdict(reasons: readonly string[]): Verdict {
  return { ok: reasons.length === 0, reasons };
}

const NOT_LOOKED_AT = { daemons: [], sessions: [] };

/** Knows what the last look has found: tells what has changed, and answers the probes. */
export class Health implements Duty {
  readonly name = "tell what has changed";
  #last: Observation | undefined;
  #lookedAt: number | undefined;

  constructor(private readonly role: Role, private readonly tell: Tell) {}

  look(seen: Observation): Promise<void> {
    const before = this.ready();
    for (const happening of findNews(this.#last, seen)) this.tell(happening);
    this.#last = seen;
    this.#lookedAt = performance.now();
    const { ok, reasons } = this.ready();
    if (ok && !before.ok) this.tell({ kind: "node-ready" });
    if (!ok && before.ok) this.tell({ kind: "node-not-ready", reasons });
    return Promise.resolve();
  }

  /** Undefined before the first look. */
  get last(): Observation | undefined {
    return this.#last;
  }

  /** When (ms) the last look was; undefined before the first one. */
  get lookedAt(): number | undefined {
    return this.#lookedAt;
  }

  ready(): Verdict {
    return isReady(this.role, this.#last ?? NOT_LOOKED_AT);
  }

  alive(): Verdict {
    return isAlive(this.#lookedAt, performance.now());
  }
}
