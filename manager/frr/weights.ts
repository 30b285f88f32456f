// Finds who fills a reflector's bgpd with long attributes, which no count of routes tells. Pure.

/** With less (bytes) what was brought counts no more. */
const QUIET_BYTES = 32 * 1024 * 1024;
/** With more (bytes) the one who has brought most of it is too heavy. */
const MOST_BYTES = 64 * 1024 * 1024;

export class Weights {
  /** What bgpd had (bytes) at the last weighing. */
  #memory: number | undefined;
  /** What each peer had sent (bytes) then. */
  #received: ReadonlyMap<string, number> = new Map();
  /** How much (bytes) of what bgpd has each peer can have brought, at most. */
  readonly #brought = new Map<string, number>();

  /**
   * What somebody brings has come by the connection: who sent less than bgpd grew by brought no
   * more than that.
   * @param memory what bgpd has (bytes) in messages that wait, and in attributes
   * @param received what each peer's connection has brought (bytes)
   * @param most so much (bytes) each may bring
   * @returns the peer that is too heavy
   */
  weigh(memory: number, received: ReadonlyMap<string, number>, most: number): string | undefined {
    const grown = Math.max(0, memory - (this.#memory ?? memory));
    for (const [peer, bytes] of received) {
      // A connection that is new counts from 0.
      const before = this.#received.get(peer) ?? 0;
      const sent = bytes >= before ? bytes - before : bytes;
      this.#brought.set(peer, (this.#brought.get(peer) ?? 0) + Math.min(grown, sent));
    }
    this.#memory = memory;
    this.#received = received;
    if (memory < QUIET_BYTES) this.#brought.clear();
    return memory < MOST_BYTES ? undefined : this.#takeHeaviest(received, most);
  }

  /** One at a time: the next weighing says what has become of its part. */
  #takeHeaviest(received: ReadonlyMap<string, number>, most: number): string | undefined {
    const heavy = [...this.#brought].filter(([peer, bytes]) => received.has(peer) && bytes > most)
      .toSorted(([, one], [, other]) => other - one);
    const peer = heavy[0]?.[0];
    if (peer !== undefined) this.#brought.delete(peer);
    return peer;
  }
}
