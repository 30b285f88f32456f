// Orders the moves of an address that follow each other faster than hints are passed on.
import { MOST_SEQUENCE } from "../uplink/messages.ts";
import { Lately } from "./lately.ts";

/** A hint is not on its way for longer (ms): one that is later than another one comes later. */
const LATE_MS = 1_000;
/** After so long (ms) EVPN has spoken of a move to this node, and zebra has a number for it. */
const SPOKEN_MS = 300;

interface Last {
  readonly sequence: number;
  readonly at: number;
  /** The node that the address has come to; undefined for this one. */
  readonly vtep?: string;
}

/**
 * Counts the moves of each address as this node hears of them, like Lamport's logical clocks: the
 * clocks of nodes differ. Who tells a move numbers it one higher than the last one that it knows.
 */
export class Sequences {
  readonly #last = new Lately<Last>(2 * LATE_MS);

  /** Numbers a move to this node. Undefined where there are too many moves. */
  arrive(key: string, at = performance.now()): number | undefined {
    const last = this.#last.get(key, at)?.sequence ?? 0;
    if (last === MOST_SEQUENCE) return undefined;
    return this.#last.set(key, { sequence: last + 1, at }, at) ? last + 1 : undefined;
  }

  /** Is told that an address had been on no other node: that was no move, and has no number. */
  takeBack(key: string, sequence: number, at = performance.now()): void {
    const last = this.#last.get(key, at);
    if (last?.sequence !== sequence || last.vtep !== undefined) return;
    this.#last.set(key, { ...last, sequence: sequence - 1 }, at);
  }

  /**
   * Hears of a move to another node. "known": another reflector has said so. "late": it was made
   * before another one that was heard of, or that is not to be known.
   */
  hear(
    key: string,
    sequence: number,
    vtep: string,
    at = performance.now(),
  ): "new" | "known" | "late" {
    const last = this.#last.get(key, at);
    if (last !== undefined && at - last.at < LATE_MS && sequence <= last.sequence) {
      return sequence === last.sequence && vtep === last.vtep ? "known" : "late";
    }
    return this.#last.set(key, { sequence, at, vtep }, at) ? "new" : "late";
  }

  /** Whether the address has come to this node and EVPN may not have spoken of that. */
  hasJustCome(key: string, at = performance.now()): boolean {
    const last = this.#last.get(key, at);
    return last !== undefined && last.vtep === undefined && at - last.at < SPOKEN_MS;
  }
}
