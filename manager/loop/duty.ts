// Duties: what the manager looks after on its node, one after the other, again and again.
import { saysNoNetns } from "../../shared/iproute2/messages.ts";
import { within } from "../../shared/process/time.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import type { Tell } from "../events/event.ts";
import type { Observation } from "./observation.ts";

export interface Duty {
  /** Completes "Cannot ...", such as "look the LANs over". */
  readonly name: string;
  /** Does what is to be done now. What it throws is told, and tried again at the next look. */
  look(seen: Observation): Promise<void>;
  /** Something is going on: the next look is to come soon. */
  readonly isUnsettled?: boolean;
  /**
   * It may list forwarding entries, which takes minutes where there are very many. The other duties
   * wait only a moment for it, and it is not begun again before it has ended. It may be handed
   * devices and entries in the midst of its look.
   */
  readonly mayTakeLong?: boolean;
}

/** How long duties that may take long are waited for. */
const PATIENCE = {
  /** Time (ms) that the others wait for one. */
  momentMs: 2_000,
  /**
   * One that is longer (ms) at work will not end: it is waited for, so that health says that the
   * loop is stuck, and the manager is started anew. Twelve lists that take all their time are less.
   */
  stuckMs: 2 * 3_600_000,
};

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
  /** Those that take long, and are at work. */
  readonly #atWork = new Map<Duty, { readonly since: number; readonly work: Promise<void> }>();

  constructor(
    private readonly duties: readonly Duty[],
    private readonly tell: Tell,
    private readonly patience = PATIENCE,
  ) {}

  get isUnsettled(): boolean {
    const isToRetry = [...this.#nameless].some((duty) => !this.#failures.has(duty));
    return isToRetry || this.duties.some((duty) => duty.isUnsettled && !this.#atWork.has(duty));
  }

  /** How many duties have failed the last time that they were to be done. */
  get failing(): number {
    return this.#failures.size;
  }

  /**
   * One look. Where nothing can be observed, such as for want of descriptors, no duty is done.
   * Where FRR is silent, the duties go by what it has said last.
   * @throws {CannotGoOn} when a duty does
   */
  async look(observe: () => Promise<Observation>): Promise<void> {
    let seen: Observation | undefined;
    await this.#do(OBSERVING, async () => {
      seen = await observe();
      if (seen.silence !== undefined) throw new Error(seen.silence);
    });
    for (const duty of seen === undefined ? [] : this.duties) {
      const work = () => this.#do(duty, () => duty.look(seen!));
      await (duty.mayTakeLong ? this.#doFor(duty, work) : work());
    }
  }

  /** Begins a duty unless it is at work still, and waits a moment for it. */
  async #doFor(duty: Duty, begin: () => Promise<void>): Promise<void> {
    const before = this.#atWork.get(duty);
    if (before !== undefined) {
      const isStuck = performance.now() - before.since > scaled(this.patience.stuckMs);
      const waited = isStuck ? await before.work : await within(0, before.work);
      if (waited === "overdue") return;
    }
    const work = begin();
    this.#atWork.set(duty, { since: performance.now(), work });
    if (await within(scaled(this.patience.momentMs), work) !== "overdue") this.#atWork.delete(duty);
  }

  /** Waits for those that are at work. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#atWork.values()].map(({ work }) => work));
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
