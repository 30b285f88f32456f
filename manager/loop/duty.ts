// Duties: what the manager looks after on its node, one after the other, again and again.
import { saysNoNetns } from "../../shared/iproute2/messages.ts";
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

/** What comes before all duties. */
const OBSERVING = { name: "ask FRR how it is" };

/** Duties in their order. One that fails stops no other; why it fails is told once. */
export class Duties {
  /** Why each failing duty has failed the last time, without times. */
  readonly #failures = new Map<Pick<Duty, "name">, string>();
  /** Those that have met the LAN namespace without its name the last time. */
  readonly #nameless = new Set<Pick<Duty, "name">>();

  constructor(private readonly duties: readonly Duty[], private readonly tell: Tell) {}

  get isUnsettled(): boolean {
    return this.#nameless.size > 0 || this.duties.some(({ isUnsettled }) => isUnsettled);
  }

  /** How many duties have failed the last time that they were to be done. */
  get failing(): number {
    return this.#failures.size;
  }

  /**
   * One look. Where nothing can be observed, such as for want of descriptors, no duty is done.
   * @throws {CannotGoOn} when a duty does
   */
  async look(observe: () => Promise<Observation>): Promise<void> {
    let seen: Observation | undefined;
    await this.#do(OBSERVING, async () => void (seen = await observe()));
    for (const duty of seen === undefined ? [] : this.duties) {
      await this.#do(duty, () => duty.look(seen!));
    }
  }

  async #do(duty: Pick<Duty, "name">, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#nameless.delete(duty);
      if (this.#failures.delete(duty)) this.tell({ kind: "duty-recovered", duty: duty.name });
    } catch (error) {
      if (error instanceof CannotGoOn) throw error;
      this.#fail(duty, error instanceof Error ? error.message : `${error}`);
    }
  }

  #fail(duty: Pick<Duty, "name">, why: string): void {
    // Somebody has unmounted the name since the LANs were looked at: the next look mounts it first.
    const isNameless = saysNoNetns(why);
    if (isNameless && !this.#nameless.has(duty)) return void this.#nameless.add(duty);
    if (!isNameless) this.#nameless.delete(duty);
    // A program that hangs is killed after a slightly different time each time.
    const reason = why.replaceAll(/\b\d+ ms\b/g, "");
    if (this.#failures.get(duty) === reason) return;
    this.#failures.set(duty, reason);
    this.tell({ kind: "duty-failed", duty: duty.name, why });
  }
}
