// Follows hints of moves at once, and makes the kernel agree with EVPN when EVPN has spoken.
import { run } from "../../shared/process/exec.ts";
import { readMacPlaces } from "../frr/macs.ts";
import type { CountFate } from "./fates.ts";
import { PacedQueue } from "./paced_queue.ts";
import { keyOf, type LanMac, type Place, readPlaces } from "./places.ts";
import { type Followed, type Hint, planFollow, planSettle } from "./plan_move.ts";
import type { Sequences } from "./sequences.ts";
import type { Tables } from "./tables.ts";

/** bgpd's own word comes a tenth of a second after a hint, and not after so long (ms). */
const SETTLE_MS = 3_000;
/** Hints that wait for EVPN's word; more are not followed. */
const MOST_UNSETTLED = 512;

export class MoveFollower implements AsyncDisposable {
  readonly #unsettled = new Map<string, { readonly followed: Followed; readonly at: number }>();
  readonly #queue = new PacedQueue<Hint>(
    (batch) => this.#follow(batch),
    () => this.count("dropped", 1),
  );

  /**
   * @param vtepsOf the nodes that EVPN has named for the LAN of a VXLAN device
   * @param isOwn whether ADD gave the address to the port. Its entry need not be written: a frame
   * may have come before
   */
  constructor(
    private readonly tables: Tables,
    private readonly sequences: Pick<Sequences, "hear" | "hasJustCome">,
    private readonly vtepsOf: (vxlan: string) => ReadonlySet<string> | undefined,
    private readonly isOwn: (port: string, mac: string) => boolean,
    private readonly count: CountFate,
    private readonly fail: (error: unknown) => void,
  ) {}

  /** @param sequence of the move */
  hear(hint: Hint, sequence: number): void {
    const key = keyOf(hint);
    const hasJustCome = this.sequences.hasJustCome(key);
    const order = this.sequences.hear(key, sequence, hint.vtep);
    if (order === "late" || hasJustCome) this.count("refused", 1);
    else if (order === "new") this.#queue.offer(key, hint);
  }

  /** Hears that an address has come to a port of its LAN: EVPN has to speak of that, too. */
  hearArrival(one: LanMac, port: string): void {
    const known = this.#unsettled.get(keyOf(one));
    if (known !== undefined) this.#keep({ ...known.followed, port });
  }

  /** Asks EVPN about hints that are old enough. It has spoken of all else. */
  async settle(): Promise<void> {
    const now = performance.now();
    const due = [...this.#unsettled].filter(([, { at }]) => now - at >= SETTLE_MS);
    if (due.length === 0) return;
    const hints = due.map(([, { followed }]) => followed);
    const evpn = await readMacPlaces(run, hints);
    // zebra does not answer: the next look asks again.
    if (evpn === undefined) return;
    const places = await readPlaces(this.tables, hints);
    const plans = hints.map((one, at) => planSettle(one, places[at]!, evpn[at]));
    await this.tables.apply(plans.flat());
    this.count("settled", plans.filter(({ length }) => length > 0).length);
    for (const [key, one] of due) {
      // What has moved again meanwhile is for a later time.
      if (this.#unsettled.get(key) === one) this.#unsettled.delete(key);
    }
  }

  async #follow(batch: readonly Hint[]): Promise<void> {
    try {
      const found = await readPlaces(this.tables, batch);
      const places = found.map((place, at): Place =>
        this.isOwn(place.port ?? "", batch[at]!.mac) ? { ...place, isWritten: true } : place
      );
      const plans = batch.map((hint, at) =>
        planFollow(
          hint,
          places[at]!,
          this.vtepsOf(hint.vxlan),
          this.sequences.hasJustCome(keyOf(hint)),
        )
      );
      const count = { refused: 0, dropped: 0, followed: 0 };
      const commands = batch.flatMap((hint, at) => {
        const plan = plans[at];
        const { port } = places[at]!;
        if (plan === undefined) count.refused++;
        if (plan === undefined || plan.length === 0) return [];
        const before = this.#unsettled.get(keyOf(hint));
        if (before === undefined && this.#unsettled.size >= MOST_UNSETTLED) {
          count.dropped++;
          return [];
        }
        count.followed++;
        const home = port === hint.vxlan ? before?.followed.port : port;
        // Who hears of an arrival from now on has to find the hint.
        this.#keep({ ...hint, ...(home !== undefined && { port: home }) });
        return plan;
      });
      await this.tables.apply(commands);
      for (const fate of ["refused", "dropped", "followed"] as const) {
        this.count(fate, count[fate]);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #keep(followed: Followed): void {
    this.#unsettled.set(keyOf(followed), { followed, at: performance.now() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]();
  }
}
