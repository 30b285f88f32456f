// How soon the next look at the node is to come: pure.

/** Pause (ms) of a node where something is going on. */
export const SOON_MS = 1_000;
/** Pause (ms) of a node that has just lost readiness, or has not had it yet. It is the shortest. */
const AT_ONCE_MS = 250;
/** How long (ms) that pause is so short, because a starting pod waits for the node. */
const HURRY_MS = 15_000;

/** What a look has left. */
export interface Left {
  readonly isReady: boolean;
  /** How long (ms) the node has not been ready. */
  readonly notReadyMs: number;
  readonly isUnsettled: boolean;
  /** The setting: the pause (ms) of a node that is at rest. */
  readonly reconcileMs: number;
}

export function nextLookMs({ isReady, notReadyMs, isUnsettled, reconcileMs }: Left): number {
  const pause = isReady ? reconcileMs : notReadyMs < HURRY_MS ? AT_ONCE_MS : SOON_MS;
  return isUnsettled ? Math.min(pause, SOON_MS) : pause;
}
