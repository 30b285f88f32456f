// What became of the calls of this node: counted by the resident, shown by `manager status`.

/** How a call ended. */
export type Outcome =
  /** Answered in time; `failed` when the answer was an error. */
  | { readonly kind: "answered"; readonly ms: number; readonly failed: boolean }
  /** The launcher gave it up before it was taken, and started the binary. */
  | { readonly kind: "fallenBack" }
  /** The launcher did not hand it over, and started the binary. */
  | { readonly kind: "declined" }
  /** Nobody took the answer; an ADD was undone. */
  | { readonly kind: "undelivered" };

/** Counts of one verb since the resident started. */
export interface VerbStatistics {
  readonly answered: number;
  /** Of those answered, errors. */
  readonly failed: number;
  readonly fallenBack: number;
  readonly declined: number;
  readonly undelivered: number;
  /** From request to answer, of all that were answered. */
  readonly totalMs: number;
  readonly maxMs: number;
}

/** By verb: one of the specification's, or "other". */
export type CallStatistics = Readonly<Record<string, VerbStatistics>>;

const NONE: VerbStatistics = {
  ...{ answered: 0, failed: 0, fallenBack: 0, declined: 0, undelivered: 0, totalMs: 0, maxMs: 0 },
};

/** Counts one more. */
export function count(statistics: CallStatistics, verb: string, outcome: Outcome): CallStatistics {
  const before = statistics[verb] ?? NONE;
  const counted = { ...before, [outcome.kind]: before[outcome.kind] + 1 };
  if (outcome.kind !== "answered") return { ...statistics, [verb]: counted };
  const { ms, failed } = outcome;
  const timed = {
    failed: before.failed + (failed ? 1 : 0),
    totalMs: before.totalMs + ms,
    maxMs: Math.max(before.maxMs, ms),
  };
  return { ...statistics, [verb]: { ...counted, ...timed } };
}
