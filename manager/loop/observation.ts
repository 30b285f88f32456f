// What one look at the node finds: made once a look, and handed to every duty.
import type { Run } from "../../shared/process/exec.ts";
import { type FrrHealth, readHealth } from "../frr/query.ts";
import { readStarts } from "../frr/starts.ts";

/** What FRR says of itself, and when it was asked. */
export interface Observation extends FrrHealth {
  /** In ms, monotonic. The time is taken before the question. */
  readonly at: number;
  /** When (ms since 1970) daemons have started, as far as that is known. */
  readonly started?: ReadonlyMap<string, number>;
}

/** A look of the manager, which sees also a restart that is over. */
export async function observeAll(run: Run): Promise<Observation> {
  return { ...await observe(run), started: await readStarts() };
}

export async function observe(run: Run): Promise<Observation> {
  return { at: performance.now(), ...await readHealth(run) };
}
