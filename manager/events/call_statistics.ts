// What became of the calls of this node, counted by verb.
import * as z from "zod";
import type { Happening } from "./event.ts";

const verbStatistics = z.object({
  /** Answered in time. */
  answered: z.number().default(0),
  /** Of those answered, errors. */
  failed: z.number().default(0),
  /** The launcher gave the call up before it was taken, and started the binary. */
  fallenBack: z.number().default(0),
  /** The launcher did not hand the call over, and started the binary. */
  declined: z.number().default(0),
  /** Nobody took the answer; an ADD was undone. */
  undelivered: z.number().default(0),
  /** From request to answer, of all that were answered. */
  totalMs: z.number().default(0),
  maxMs: z.number().default(0),
});
export type VerbStatistics = Readonly<z.infer<typeof verbStatistics>>;

/** By verb: one of the specification's, or "other". */
export const callStatistics = z.record(z.string(), verbStatistics);
export type CallStatistics = Readonly<Record<string, VerbStatistics>>;

const NONE: VerbStatistics = verbStatistics.parse({});

/** Counts what has happened where it is about a call. */
export function countCall(statistics: CallStatistics, happening: Happening): CallStatistics {
  switch (happening.kind) {
    case "call-answered":
    case "call-failed": {
      const { verb, ms, kind } = happening;
      const { answered, failed, totalMs, maxMs } = statistics[verb] ?? NONE;
      return change(statistics, verb, {
        answered: answered + 1,
        failed: failed + (kind === "call-failed" ? 1 : 0),
        totalMs: totalMs + ms,
        maxMs: Math.max(maxMs, ms),
      });
    }
    case "call-fallen-back":
      return addOne(statistics, happening.verb, "fallenBack");
    case "call-declined":
      return addOne(statistics, happening.verb, "declined");
    case "call-undelivered":
      return addOne(statistics, happening.verb, "undelivered");
    default:
      return statistics;
  }
}

function addOne(
  statistics: CallStatistics,
  verb: string,
  what: "fallenBack" | "declined" | "undelivered",
): CallStatistics {
  return change(statistics, verb, { [what]: (statistics[verb] ?? NONE)[what] + 1 });
}

function change(
  statistics: CallStatistics,
  verb: string,
  changed: Partial<VerbStatistics>,
): CallStatistics {
  return { ...statistics, [verb]: { ...NONE, ...statistics[verb], ...changed } };
}
