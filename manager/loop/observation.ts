// What one look at the node finds: made once a look, and handed to every duty.
import type { Run } from "../../shared/process/exec.ts";
import { CutOff } from "../../shared/process/must.ts";
import { type FrrHealth, readHealth } from "../frr/query.ts";
import { readStarts } from "../frr/starts.ts";

/** What FRR says of itself, and when it was asked. */
export interface Observation extends FrrHealth {
  /** In ms, monotonic. The time is taken before the question. */
  readonly at: number;
  /** When (ms since 1970) daemons have started, as far as that is known. */
  readonly started?: ReadonlyMap<string, number>;
  /** Why FRR has not answered since: all else is what it said last. */
  readonly silence?: string;
}

/** Observes again and again, and sees also a restart that is over. */
export class Observer {
  #last: Observation | undefined;

  /** @param last what an earlier observer has seen */
  constructor(private readonly run: Run, last?: Observation) {
    this.#last = last;
  }

  /**
   * A daemon that hangs, and a vtysh that is killed, do not say that a session has ended: what FRR
   * has said last counts until it answers again.
   * @throws {CutOff} when FRR has never answered
   */
  async look(): Promise<Observation> {
    try {
      this.#last = { ...await observe(this.run), started: await readStarts() };
    } catch (error) {
      if (!(error instanceof CutOff) || this.#last === undefined) throw error;
      this.#last = { ...this.#last, silence: error.message };
    }
    return this.#last;
  }
}

export async function observe(run: Run): Promise<Observation> {
  return { at: performance.now(), ...await readHealth(run) };
}
