// Duties: what the manager looks after on its node, one after the other, again and again.
import type { Tell } from "../events/event.ts";
import type { Observation } from "./observation.ts";

export interface Duty {
  /** Completes "Cannot ...", such as "look the LANs over". */
  readonly name: string;
  /** Does what is to be done now. What it throws is told, and tried again at the next look. */
  look(seen: Observation): Promise<void>;
  /** Something is going on: the next look is to come soon. */
  readonly isUnsettled?: boolean;
}

/** Thrown by a duty that no later look can do: the manager ends, and its next start begins anew. */
export class CannotGoOn extends Error {
  override readonly name = "CannotGoOn";
}

/** Duties in their order. One that fails stops no other; why it fails is told once. */
export class Duties {
  /** Why each failing duty has failed the last time. */
  readonly #failures = new Map<Duty, string>();

  constructor(private readonly duties: readonly Duty[], private readonly tell: Tell) {}

  get isUnsettled(): boolean {
    return this.duties.some(({ isUnsettled }) => isUnsettled);
  }

  /** @throws {CannotGoOn} when a duty does */
  async look(seen: Observation): Promise<void> {
    for (const duty of this.duties) {
      try {
        await duty.look(seen);
        if (this.#failures.delete(duty)) this.tell({ kind: "duty-recovered", duty: duty.name });
      } catch (error) {
        if (error instanceof CannotGoOn) throw error;
        this.#fail(duty, error instanceof Error ? error.message : `${error}`);
      }
    }
  }

  #fail(duty: Duty, why: string): void {
    if (this.#failures.get(duty) === why) return;
    this.#failures.set(duty, why);
    this.tell({ kind: "duty-failed", duty: duty.name, why });
  }
}
