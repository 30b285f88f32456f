// Orders the moves of an address that follow each other faster than hints are passed on.
import { MOST_SEQUENCE } from "../uplink/messages.ts";
import { Lately } from "./lately.ts";

/** Moves of so long (ms) ago, and of up to twice as long, are remembered. */
const MEMORY_MS = 10_000;
/** Of two moves that are so far (ms) apart, no hint of the earlier one comes later. */
const LATE_MS = 5_000;
/** After so long (ms) EVPN has spoken of a move to this node, and zebra has a number for it. */
const CONVERGED_MS = 300;
/** A number higher than the last one by more than this is made up. */
const MOST_MISSED = 1_000;

interface NumberedMove {
  readonly sequence: number;
  readonly at: number;
}

interface MoveElsewhere extends NumberedMove {
  /** The node that the address has come to. */
  readonly vtep: string;
}

/**
 * Counts the moves of each address as this node hears of them, like Lamport's logical clocks: the
 * clocks of nodes differ. Who tells a move numbers it one higher than the last one that it knows.
 */
export class Sequences {
  /** Apart, so that nobody's hints keep this node from numbering its own. */
  readonly #arrivals = new Lately<NumberedMove>(MEMORY_MS);
  readonly #heard = new Lately<MoveElsewhere>(MEMORY_MS);

  /** Numbers a move to this node. Undefined where there are too many moves. */
  arrive(key: string, at = performance.now()): number | undefined {
    const sequence = this.#last(key, at) + 1;
    const isKept = this.#arrivals.set(key, { sequence, at }, at);
    return isKept && sequence <= MOST_SEQUENCE ? sequence : undefined;
  }

  /** Is told that an address had been on no other node: that was no move, and has no number. */
  takeBack(key: string, sequence: number, at = performance.now()): void {
    const arrival = this.#arrivals.get(key, at);
    if (arrival?.sequence === sequence) {
      this.#arrivals.set(key, { ...arrival, sequence: sequence - 1 }, at);
    }
  }

  /**
   * Hears of a move to another node. "known": another reflector has said so. "late": it was made
   * before one that was heard of, or its number is nobody's, or there are too many moves.
   */
  hear(
    key: string,
    sequence: number,
    vtep: string,
    at = performance.now(),
  ): "new" | "known" | "late" {
    const arrival = this.#arrivals.get(key, at);
    const heard = this.#heard.get(key, at);
    const [before] = [arrival, heard].filter((one) =>
      one !== undefined && at - one.at < LATE_MS && sequence <= one.sequence
    );
    if (before !== undefined) {
      return before === heard && heard.sequence === sequence && heard.vtep === vtep
        ? "known"
        : "late";
    }
    if (sequence > this.#last(key, at) + MOST_MISSED) return "late";
    return this.#heard.set(key, { sequence, at, vtep }, at) ? "new" : "late";
  }

  /** Whether a move to another node that was heard of is still the last one. */
  isLast(key: string, sequence: number, vtep: string, at = performance.now()): boolean {
    const heard = this.#heard.get(key, at);
    const arrival = this.#arrivals.get(key, at);
    return heard?.sequence === sequence && heard.vtep === vtep &&
      (arrival === undefined || arrival.at <= heard.at);
  }

  /** Whether the address has come to this node and EVPN may not have spoken of that. */
  hasJustCome(key: string, at = performance.now()): boolean {
    const arrival = this.#arrivals.get(key, at);
    return arrival === undefined ? this.#arrivals.isFull(at) : at - arrival.at < CONVERGED_MS;
  }

  #last(key: string, at: number): number {
    return Math.max(
      this.#arrivals.get(key, at)?.sequence ?? 0,
      this.#heard.get(key, at)?.sequence ?? 0,
    );
  }
}
