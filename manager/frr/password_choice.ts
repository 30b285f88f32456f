// Which BGP password a node uses while the password changes: pure, so that no session waits.
import { scaled } from "../../shared/process/time_scale.ts";

/** What a node knows of passwords; undefined stands for none. */
export interface Passwords {
  /** The one that FRR has. */
  readonly used: string | undefined;
  /** The one that FRR is to have. */
  readonly wanted: string | undefined;
  /** The one before. */
  readonly earlier: string | undefined;
  /** When (ms) `wanted` came up. */
  readonly since: number;
  /** When (ms) a session was seen last, or `used` changed. */
  readonly quietSince: number;
}

/** What a look has found. */
export interface PasswordLook {
  /** In ms. */
  readonly at: number;
  /** What the file says. */
  readonly wanted: string | undefined;
  readonly isInSession: boolean;
}

/** So long (ms) a worker without a session tries a password: it calls once a second. */
const TRY_MS = 4_000;

/** A worker that has FRR's present password begins with that one: a reflector may have it still. */
export function startPasswords(
  used: string | undefined,
  wanted: string | undefined,
  at: number,
): Passwords {
  return { used, wanted, earlier: used, since: at, quietSince: at };
}

/**
 * A reflector takes a new password when its nodes have had the time to learn it. That ends all
 * sessions at once, and each worker tries both passwords then. A worker with a session keeps the
 * password, whatever it is, so it never leaves a reflector that has not changed yet.
 * @param delayMs how long a reflector waits; undefined for a worker
 */
export function choosePassword(
  before: Passwords,
  { at, wanted, isInSession }: PasswordLook,
  delayMs: number | undefined,
): Passwords {
  const isNew = wanted !== before.wanted;
  const now: Passwords = isNew ? { ...before, wanted, earlier: before.used, since: at } : before;
  if (delayMs !== undefined) {
    return at - now.since >= delayMs ? { ...now, used: wanted } : now;
  }
  if (isInSession) {
    const earlier = now.used === wanted ? wanted : now.earlier;
    return { ...now, earlier, quietSince: at };
  }
  if (at - now.quietSince < scaled(TRY_MS)) return now;
  return { ...now, used: now.used === wanted ? now.earlier : wanted, quietSince: at };
}
