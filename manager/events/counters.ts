// The counters of this node's events since the manager's start, and their file for `status`.
import * as z from "zod";
import { RUN_DIR } from "../../shared/lan/paths.ts";
import { callStatistics, countCall } from "./call_statistics.ts";
import { parseStatusFile, StatusFile } from "../status/status_file.ts";
import type { Happening } from "./event.ts";
import { countLimit, limitCounts } from "./limit_counts.ts";
import { countRepair, NO_REPAIRS, repairs } from "./repairs.ts";

export const COUNTERS_FILE = `${RUN_DIR}/counters.json`;

const counters = z.object({
  repairs: repairs.default(NO_REPAIRS),
  calls: callStatistics.default({}),
  limits: limitCounts.readonly().default([]),
});
export type Counters = Readonly<z.infer<typeof counters>>;

export const NOTHING_COUNTED: Counters = counters.parse({});

/** Counts one more event; the same object where the event is not counted. */
export function count(before: Counters, happening: Happening): Counters {
  const repairs = countRepair(before.repairs, happening);
  const calls = countCall(before.calls, happening);
  const limits = countLimit(before.limits, happening);
  const isSame = repairs === before.repairs && calls === before.calls && limits === before.limits;
  return isSame ? before : { repairs, calls, limits };
}

/** Writes the counters for `manager status`. */
export class CountersFile extends StatusFile<Counters> {
  constructor(read: () => Counters) {
    super("write the counters", COUNTERS_FILE, read);
  }
}

/** @throws {Error} when the text is not what {@link CountersFile} writes */
export function parseCounters(text: string): Counters {
  return parseStatusFile(COUNTERS_FILE, counters, text);
}
