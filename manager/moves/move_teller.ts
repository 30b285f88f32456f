// Sees that a MAC address has come from another node to a port of this one, and says so.
import type { Move } from "../uplink/messages.ts";
import type { CountFate } from "./fates.ts";
import { PacedQueue } from "./paced_queue.ts";
import { keyOf, type LanMac, type Place, readPlaces } from "./places.ts";
import { OftenComing } from "./often_coming.ts";
import type { Sequences } from "./sequences.ts";
import type { Tables } from "./tables.ts";

/** Is told moves that are to be said. */
export type SayMoves = (moves: readonly Move[]) => void;

/** What was heard so long (ms) ago is not told: EVPN has told it. */
const STALE_MS = 100;
/**
 * An address is told of once in so long (ms), and so often at once: a loop has addresses come
 * thousands of times a second.
 */
const [EVERY_MS, BURST] = [500, 8];

interface Arrived extends LanMac {
  readonly heardAt: number;
  readonly sequence: number;
}

export class MoveTeller implements AsyncDisposable {
  readonly #followers = new Set<SayMoves>();
  readonly #restless = new OftenComing(EVERY_MS, BURST);
  readonly #queue = new PacedQueue<Arrived>(
    (batch) => this.#tell(batch),
    () => this.count("dropped", 1),
  );

  constructor(
    private readonly tables: Pick<Tables, "ask">,
    private readonly sequences: Pick<Sequences, "takeBack">,
    private readonly count: CountFate,
    private readonly fail: (error: unknown) => void,
  ) {}

  /** Calls `say` with moves from now on, until the answer is disposed. */
  follow(say: SayMoves): Disposable {
    this.#followers.add(say);
    return { [Symbol.dispose]: () => void this.#followers.delete(say) };
  }

  /** Hears that an address has come to a port of its LAN, from wherever. */
  hearArrival(one: LanMac, sequence: number): void {
    if (this.#followers.size === 0) return;
    const key = keyOf(one);
    if (this.#restless.isTooOften(key)) return;
    this.#queue.offer(key, { ...one, sequence, heardAt: performance.now() });
  }

  async #tell(batch: readonly Arrived[]): Promise<void> {
    try {
      const places = await readPlaces(this.tables, batch);
      const areFromAfar = batch.map(({ vxlan }, at) => hasComeFromAfar(places[at]!, vxlan));
      const moved = batch.filter((_, at) => areFromAfar[at]);
      for (const [at, one] of batch.entries()) {
        if (!areFromAfar[at]) this.sequences.takeBack(keyOf(one), one.sequence);
      }
      const now = performance.now();
      const moves = moved.filter(({ heardAt }) => now - heardAt < STALE_MS)
        .map(({ vni, mac, sequence }) => ({ vni, mac, sequence }));
      this.count("dropped", moved.length - moves.length);
      this.count("told", moves.length);
      if (moves.length > 0) { for (const say of this.#followers) say(moves); }
    } catch (error) {
      this.fail(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]();
  }
}

function hasComeFromAfar({ port, vtep }: Place, vxlan: string): boolean {
  return vtep !== undefined && port !== undefined && port !== vxlan;
}
