// Passes hints of moves on a reflector: from a worker to those that have the LAN, too.
import type { FrrConfiguration } from "../frr/configuration.ts";
import type { Inventory, LanInfo } from "../inventory/inventory.ts";
import type { Line } from "../line/line.ts";
import { FateCounts } from "../moves/fates.ts";
import type { Move } from "./messages.ts";

/** Messages a second to all workers together, in the long run; what is more is not passed. */
const MESSAGES_PER_SECOND = 2_000;
/** So much (ms) of its pace the passing may be ahead. */
const BURST_MS = 1_000;
/** While so much (bytes) waits for a worker, no hint is added. */
const MOST_WAITING = 65_536;

/** A worker's line, as far as hints go. */
export interface HintLine {
  readonly line: Pick<Line, "from" | "waiting" | "send">;
  /** Whether the worker takes hints. */
  readonly takesMoves: boolean;
  readonly inventory: Inventory | undefined;
}

export class MovePasser {
  readonly #fates = new FateCounts();
  /** The VTEP of each worker that the reflector believes, by its line's address. */
  #vteps: ReadonlyMap<string, string> = new Map();
  #paidUntil = -Infinity;

  constructor(private readonly configuration: Pick<FrrConfiguration, "clients">) {}

  /** Learns whom the reflector believes, and answers what was counted since the last time. */
  async look(): Promise<ReturnType<FateCounts["take"]>> {
    const clients = await this.configuration.clients();
    this.#vteps = new Map(clients.map(({ peer, vtep }) => [peer, vtep]));
    return this.#fates.take();
  }

  /** @param all lines, the sender's included */
  pass(sender: HintLine, moves: readonly Move[], all: Iterable<HintLine>): void {
    const vtep = this.#vteps.get(sender.line.from);
    if (this.#isAhead()) return this.#fates.count("dropped", moves.length);
    const messages = vtep === undefined ? [] : planPassing(sender, moves, all);
    for (const [{ line }, theirs] of messages) {
      if (line.waiting > MOST_WAITING || this.#isAhead()) {
        this.#fates.count("dropped", theirs.length);
        continue;
      }
      this.#paidUntil = Math.max(this.#paidUntil, performance.now()) + 1_000 / MESSAGES_PER_SECOND;
      line.send(JSON.stringify({ type: "moves", vtep, moves: theirs }));
      this.#fates.count("passed", theirs.length);
    }
  }

  #isAhead(): boolean {
    return this.#paidUntil - performance.now() > BURST_MS;
  }
}

/** Who is told what. A worker speaks of LANs that it has, to workers that have them. */
export function planPassing<Hearer extends HintLine>(
  sender: HintLine,
  moves: readonly Move[],
  all: Iterable<Hearer>,
): (readonly [Hearer, readonly Move[]])[] {
  const known = among(moves, sender);
  return [...all].flatMap((one) => {
    if (one.line === sender.line || !one.takesMoves) return [];
    const theirs = among(known, one);
    return theirs.length === 0 ? [] : [[one, theirs] as const];
  });
}

function among(moves: readonly Move[], { inventory }: HintLine): readonly Move[] {
  if (moves.length === 0 || inventory === undefined) return [];
  const vnis = vnisOf(inventory.lans);
  return moves.filter(({ vni }) => vnis.has(vni));
}

const VNIS = new WeakMap<readonly LanInfo[], ReadonlySet<number>>();

/** An inventory's list of LANs never changes: another one takes its place. */
function vnisOf(lans: readonly LanInfo[]): ReadonlySet<number> {
  const known = VNIS.get(lans) ?? new Set(lans.map(({ vni }) => vni));
  VNIS.set(lans, known);
  return known;
}
