// Tells which limits are met, and not so often that it hides what else happens on a node.
import { lanTitle } from "../../shared/lan/lan.ts";
import type { Happening, Limited, Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";

/**
 * A limit that is met again within so long (ms) counts as met until it was left for so long. A
 * device can go below its limits and meet them again every half minute. One user's ports on a node,
 * all doing so, would fill the log.
 */
const HOLD_MS = 300_000;

type LimitNewsOf<Kind> = Happening & { readonly kind: Kind };

/** What is left together: MAC addresses are limited by LAN, frames by port. */
interface Met {
  /** Of whom it was told since its end was told the last time. */
  readonly devices: Set<string>;
  /** Whom it was told of last. */
  last: Limited;
  /** It was met again: its end is told only when it has lasted. */
  isHeld: boolean;
  left?: { readonly at: number; readonly happening: LimitNewsOf<"limit-left">; isTold: boolean };
}

export class LimitNews implements Duty {
  readonly name = "tell which limits are met";
  readonly #met = new Map<string, Met>();

  constructor(private readonly teller: Tell, private readonly holdMs = HOLD_MS) {}

  /** Tells what the limiters say; all but limits at once. (A property, to be handed on.) */
  readonly tell: Tell = (happening) => {
    if (happening.kind === "limit-met") this.#hearMet(happening);
    else if (happening.kind === "limit-left") this.#hearLeft(happening);
    else this.teller(happening);
  };

  #hearMet(happening: LimitNewsOf<"limit-met">): void {
    const key = keyOf(happening);
    const { limit, lan, device, most } = happening;
    const last = { limit, lan, device, most };
    const met: Met = this.#met.get(key) ?? { devices: new Set(), last, isHeld: false };
    this.#met.set(key, met);
    met.last = last;
    if (met.left?.isTold) {
      met.isHeld = true;
      met.devices.clear();
    }
    delete met.left;
    if (met.devices.has(device)) return;
    met.devices.add(device);
    this.teller(happening);
  }

  #hearLeft(happening: LimitNewsOf<"limit-left">): void {
    const met = this.#met.get(keyOf(happening));
    if (met === undefined || met.left !== undefined) return;
    met.left = { at: performance.now(), happening, isTold: !met.isHeld };
    if (met.left.isTold) this.teller(happening);
  }

  /** Who tells what is met begins anew: what is not told again counts as left. */
  beginAnew(): void {
    const at = performance.now();
    for (const met of this.#met.values()) {
      const happening = { kind: "limit-left", ...met.last } as const;
      met.left ??= { at, happening, isTold: false };
    }
  }

  look(): Promise<void> {
    const now = performance.now();
    for (const [key, { left }] of this.#met) {
      if (left === undefined || now - left.at < this.holdMs) continue;
      this.#met.delete(key);
      if (!left.isTold) this.teller(left.happening);
    }
    return Promise.resolve();
  }
}

function keyOf({ limit, lan, device }: LimitNewsOf<"limit-met" | "limit-left">): string {
  const place = `${limit} ${lanTitle(lan)} ${lan.vni}`;
  return limit === "macs" ? place : `${place} ${device}`;
}
