// Follows hints of moves at once, and makes the kernel agree with EVPN when EVPN has spoken.
import { run } from "../../shared/process/exec.ts";
import { readMacPlaces } from "../frr/macs.ts";
import { Soon } from "../loop/soon.ts";
import type { CountFate } from "./fates.ts";
import { PacedQueue } from "./paced_queue.ts";
import { Lately } from "./lately.ts";
import { keyOf, type LanMac, type Place, readPlaces } from "./places.ts";
import { type Followed, type Hint, planFollow, planSettle } from "./plan_move.ts";
import type { Sequences } from "./sequences.ts";
import type { Tables } from "./tables.ts";

/** bgpd's own word comes a tenth of a second after a hint, and not after so long (ms). */
const SETTLE_MS = 3_000;
/** What EVPN has not confirmed is not believed again for so long (ms), or up to twice as long. */
const DISPROVED_MS = 60_000;
/** Hints that wait for EVPN's word; more are not followed. */
const MOST_UNSETTLED = 512;

/** A hint with the number of its move. */
interface NumberedHint extends Hint {
  readonly sequence: number;
}

export class MoveFollower implements AsyncDisposable {
  readonly #unsettled = new Map<string, { readonly followed: Followed; readonly at: number }>();
  readonly #disproved = new Lately<true>(DISPROVED_MS);
  readonly #settling: Soon;
  readonly #queue = new PacedQueue<NumberedHint>(
    (batch) => this.#follow(batch),
    () => this.count("dropped", 1),
  );

  /**
   * @param vtepsOf the nodes that EVPN has named for the LAN of a VXLAN device
   * @param isOwn whether ADD gave the address to the port. Its entry need not be written: a frame
   * may have come before
   * @param ring asks for a look, which is to call {@link settle}
   */
  constructor(
    private readonly tables: Tables,
    private readonly sequences: Pick<Sequences, "hear" | "isLast" | "hasJustCome">,
    private readonly vtepsOf: (vxlan: string) => ReadonlySet<string> | undefined,
    private readonly isOwn: (port: string, mac: string) => boolean,
    private readonly count: CountFate,
    private readonly fail: (error: unknown) => void,
    ring: () => void,
  ) {
    this.#settling = new Soon(() => Promise.resolve(ring()), SETTLE_MS);
  }

  hear(hint: NumberedHint): void {
    const { vxlan, vtep, sequence } = hint;
    const key = keyOf(hint);
    // Who may not say so is not heard, not even for the order of moves.
    const mayBe = this.vtepsOf(vxlan)?.has(vtep) && !this.#disproved.get(claimOf(hint));
    const order = mayBe ? this.sequences.hear(key, sequence, vtep) : "late";
    if (order === "new") this.#queue.offer(key, hint);
    else if (order === "late") this.count("refused", 1);
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
    const settled = due.flatMap(([key, one], at) => {
      // What has moved again meanwhile is for a later time.
      if (this.#unsettled.get(key) !== one) return [];
      return [{ key, one, plan: planSettle(one.followed, places[at]!, evpn[at]) }];
    });
    for (const { key, one: { followed }, plan } of settled) {
      if (plan.length === 0) this.#unsettled.delete(key);
      else {
        this.#disproved.set(claimOf(followed), true);
        // EVPN may have spoken since it was asked: it is asked again.
        this.#keep(followed);
      }
    }
    await this.tables.apply(settled.flatMap(({ plan }) => plan));
    this.count("settled", settled.filter(({ plan }) => plan.length > 0).length);
  }

  async #follow(batch: readonly NumberedHint[]): Promise<void> {
    try {
      const found = await readPlaces(this.tables, batch);
      const places = found.map((place, at): Place =>
        this.isOwn(place.port ?? "", batch[at]!.mac) ? { ...place, isWritten: true } : place
      );
      const plans = batch.map((hint, at) =>
        planFollow(hint, places[at]!, this.vtepsOf(hint.vxlan), this.#isOvertaken(hint))
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
        const { sequence: _sequence, ...followed } = hint;
        this.#keep({ ...followed, ...(home !== undefined && { port: home }) });
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

  #isOvertaken(hint: NumberedHint): boolean {
    const key = keyOf(hint);
    return this.sequences.hasJustCome(key) ||
      !this.sequences.isLast(key, hint.sequence, hint.vtep);
  }

  #keep(followed: Followed): void {
    this.#unsettled.set(keyOf(followed), { followed, at: performance.now() });
    this.#settling.ask();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]();
    await this.#settling[Symbol.asyncDispose]();
  }
}

/** That an address is behind a node. */
function claimOf(hint: Hint): string {
  return `${keyOf(hint)} ${hint.vtep}`;
}
