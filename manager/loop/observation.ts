// What one look at the node finds: made once a look, and handed to every duty.
import type { Run } from "../../shared/process/exec.ts";
import { type FrrHealth, readHealth } from "../frr/query.ts";

/** What FRR says of itself, and when it was asked. */
export interface Observation extends FrrHealth {
  /** In ms, monotonic. The time is taken before the question. */
  readonly at: number;
}

export async function observe(run: Run): Promise<Observation> {
  return { at: performance.now(), ...await readHealth(run) };
}
