// Tells addresses that come again and again, as those of a loop do.
import { Lately } from "./lately.ts";

const SECOND_MS = 1_000;

interface Second {
  readonly since: number;
  readonly count: number;
  /** In the second before this one. */
  readonly wasTooOften: boolean;
}

export class OftenComing {
  readonly #seconds = new Lately<Second>(SECOND_MS);

  /** @param most more than so often in a second is too often then, and in the next second */
  constructor(private readonly most: number) {}

  /** Is told that an address has come. Of more addresses than are told apart, all come too often. */
  isTooOften(key: string, at = performance.now()): boolean {
    const last = this.#seconds.get(key, at);
    const age = last === undefined ? Infinity : at - last.since;
    const second: Second = age < SECOND_MS
      ? { ...last!, count: last!.count + 1 }
      : { since: at, count: 1, wasTooOften: age < 2 * SECOND_MS && last!.count > this.most };
    const isKept = this.#seconds.set(key, second, at);
    return !isKept || second.wasTooOften || second.count > this.most;
  }
}
