// How long a worker's answer is waited for: one that hangs must not delay what others answer.
import { scaled } from "../../shared/process/time_scale.ts";

/** A worker answers within so long (ms), or not at all. */
const ANSWER_MS = 3_000;
/** So long (ms) one is waited for that has answered its last question too late, or not yet. */
const LATE_MS = 100;

export class Patience {
  #isLate = false;

  /** In ms, for the next question. */
  get ms(): number {
    return scaled(this.#isLate ? LATE_MS : ANSWER_MS);
  }

  /** A question was not answered in time. */
  overdue(): void {
    this.#isLate = true;
  }

  /** An answer has come, perhaps too late: the next one may come in time. */
  answered(): void {
    this.#isLate = false;
  }
}
