// What becomes of hints of moves, counted.

/**
 * told: said to reflectors; passed: by a reflector, to workers; followed: entries were changed;
 * refused: not to be followed; dropped: there were too many; settled: changed to what EVPN says.
 */
export const FATES = ["told", "passed", "followed", "refused", "dropped", "settled"] as const;
export type Fate = typeof FATES[number];

export type CountFate = (fate: Fate, by: number) => void;

/** Counts until somebody takes the counts. */
export class FateCounts {
  readonly #counts = new Map<Fate, number>();

  /** A property, so that it can be handed on by itself. */
  readonly count: CountFate = (fate, by) => {
    if (by > 0) this.#counts.set(fate, (this.#counts.get(fate) ?? 0) + by);
  };

  /** What was counted since the last time. */
  take(): (readonly [fate: Fate, count: number])[] {
    const taken = [...this.#counts];
    this.#counts.clear();
    return taken;
  }
}
