// What became of the calls: counted by the resident, shown by `manager status`.

/** How a handed call ended. */
export type Outcome =
  /** Answered in time; `failed` when the answer was an error. */
  | {
    readonly kind: "answered";
    readonly verb: string;
    readonly ms: number;
    readonly failed: boolean;
  }
  /** The launcher had given it up, and started the binary. */
  | { readonly kind: "fallen-back" }
  /** Nobody took the answer; an ADD was undone. */
  | { readonly kind: "undelivered"; readonly verb: string };

export interface VerbStatistics {
  readonly answered: number;
  readonly failed: number;
  /** From request to answer, all together. */
  readonly totalMs: number;
  readonly maxMs: number;
}

export interface CallStatistics {
  readonly verbs: Readonly<Record<string, VerbStatistics>>;
  readonly fallenBack: number;
  readonly undelivered: number;
}

export const NO_CALLS: CallStatistics = { verbs: {}, fallenBack: 0, undelivered: 0 };
const NO_CALL_OF_VERB: VerbStatistics = { answered: 0, failed: 0, totalMs: 0, maxMs: 0 };

/** Counts one more. */
export function count(statistics: CallStatistics, outcome: Outcome): CallStatistics {
  switch (outcome.kind) {
    case "fallen-back":
      return { ...statistics, fallenBack: statistics.fallenBack + 1 };
    case "undelivered":
      return { ...statistics, undelivered: statistics.undelivered + 1 };
    case "answered": {
      const { verb, ms, failed } = outcome;
      const before = statistics.verbs[verb] ?? NO_CALL_OF_VERB;
      const after = {
        answered: before.answered + 1,
        failed: before.failed + (failed ? 1 : 0),
        totalMs: before.totalMs + ms,
        maxMs: Math.max(before.maxMs, ms),
      };
      return { ...statistics, verbs: { ...statistics.verbs, [verb]: after } };
    }
  }
}
