// Rates of ports, from counters that are told about once a second: pure but for what it remembers.
import type { ClusterCounts, Counts } from "../messages.ts";

/** Rates that a sparkline shows: about a minute. */
export const HISTORY = 60;

export interface Rate {
  /** Of the node. */
  readonly address: string;
  /** Bytes a second, as the device sees them. */
  rx: number;
  tx: number;
  /** Of both directions, the latest last; undefined until something has flowed. */
  history?: number[];
}

export class Rates {
  readonly #counts = new Map<string, Counts>();
  readonly #times = new Map<string, number>();
  readonly #rates = new Map<string, Rate>();

  /** Begins anew with the counters of all ports. */
  reset(counts: ClusterCounts): void {
    this.#counts.clear();
    this.#times.clear();
    for (const rate of this.#rates.values()) rate.rx = rate.tx = 0;
    this.#remember(counts);
  }

  /** Takes what has changed. A port that is not told has moved nothing. */
  take(counts: ClusterCounts): void {
    const moved = new Set<string>();
    for (const [address, { time, ports }] of Object.entries(counts)) {
      const seconds = (time - (this.#times.get(address) ?? time)) / 1000;
      for (const [port, now] of Object.entries(ports)) {
        const key = keyOf(address, port);
        const was = this.#counts.get(key);
        // A port that is made anew under its old name counts from zero.
        if (was === undefined || !(seconds > 0) || now[0] < was[0] || now[1] < was[1]) continue;
        const rate = this.#rates.get(key) ?? { address, rx: 0, tx: 0 };
        rate.rx = (now[0] - was[0]) / seconds;
        rate.tx = (now[1] - was[1]) / seconds;
        this.#rates.set(key, rate);
        moved.add(key);
      }
    }
    for (const [key, rate] of this.#rates) {
      const told = counts[rate.address];
      const isNew = told !== undefined && told.time > (this.#times.get(rate.address) ?? 0);
      if (isNew && !moved.has(key)) rate.rx = rate.tx = 0;
      if (isNew || told === undefined) remember(rate, told === undefined ? 0 : rate.rx + rate.tx);
    }
    this.#remember(counts);
  }

  /** Of a port. */
  of(address: string, port: string): Readonly<Rate> {
    return this.#rates.get(keyOf(address, port)) ?? NONE;
  }

  counts(address: string, port: string): Counts | undefined {
    return this.#counts.get(keyOf(address, port));
  }

  /** Forgets ports that are gone. */
  keep(isThere: (key: string) => boolean): void {
    for (const key of [...this.#counts.keys(), ...this.#rates.keys()]) {
      if (isThere(key)) continue;
      this.#counts.delete(key);
      this.#rates.delete(key);
    }
  }

  #remember(counts: ClusterCounts): void {
    for (const [address, { time, ports }] of Object.entries(counts)) {
      this.#times.set(address, time);
      for (const [port, now] of Object.entries(ports)) this.#counts.set(keyOf(address, port), now);
    }
  }
}

const NONE: Rate = { address: "", rx: 0, tx: 0 };

/** Names a port in the cluster. */
export function keyOf(address: string, port: string): string {
  return `${address}\n${port}`;
}

function remember(rate: Rate, value: number): void {
  if (rate.history === undefined) {
    if (value === 0) return;
    rate.history = [];
  }
  rate.history.push(value);
  if (rate.history.length > HISTORY) rate.history.shift();
}
