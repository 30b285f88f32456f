// How much a worker's inventory has, and how much a worker and all of them may have: pure.
import { type Inventory, MOST_LANS, MOST_PORTS, MOST_SESSIONS } from "../inventory/inventory.ts";
import { MOST_BYTES } from "./messages.ts";

/** Lists of an inventory, of which entries count. */
export const LISTS = ["ports", "lans", "sessions"] as const;
export type List = typeof LISTS[number];
/** What counts: entries of lists, and the bytes of JSON that all of it takes. */
export const MEASURES = [...LISTS, "bytes"] as const;
export type Measure = typeof MEASURES[number];
export type Sizes = Readonly<Record<Measure, number>>;

/**
 * Of a worker. It may say each of these in one message, and many changes could add up. Names may be
 * long: 5,000 devices with the longest ones take 9 MB, and 53 MB where JSON escapes them.
 */
export const MOST: Sizes = {
  ...{ ports: MOST_PORTS, lans: MOST_LANS, sessions: MOST_SESSIONS },
  bytes: MOST_BYTES,
};
/**
 * Of all workers together. Devices take 200 to 300 bytes each, and commands are answered with all
 * that is known, in one message.
 */
export const MOST_OF_ALL: Sizes = {
  ...{ ports: 100_000, lans: 100_000, sessions: 100_000 },
  bytes: 32 * 1024 * 1024,
};
export const NOTHING: Sizes = countEach(() => 0);

export function countEach(count: (measure: Measure) => number): Sizes {
  return Object.fromEntries(MEASURES.map((one) => [one, count(one)])) as unknown as Sizes;
}

/** Without its events, which are kept elsewhere. */
export function sizesOf(inventory: Inventory): Sizes {
  const { node, daemons, ports, lans, sessions } = inventory;
  const parts: Iterable<object>[] = [[node, daemons], ports, lans, sessions];
  const bytes = parts.reduce((sum, part) => {
    for (const one of part) sum += bytesOf(one);
    return sum;
  }, 0);
  return { ports: ports.length, lans: lans.length, sessions: sessions.length, bytes };
}

/**
 * What is left where as many entries are gone. How long they were is not known, so bytes are taken
 * to be as many fewer.
 */
export function withoutEntries(sizes: Sizes, gone: (list: List) => number): Sizes {
  const sum = (of: Sizes) => LISTS.reduce((all, list) => all + of[list], 0);
  const left = countEach((one) =>
    one === "bytes" ? sizes.bytes : Math.max(0, sizes[one] - gone(one))
  );
  return { ...left, bytes: sizes.bytes * sum(left) / Math.max(1, sum(sizes)) };
}

/** Changes leave most of an inventory as it was: to write all of it anew would take 20 ms. */
const BYTES = new WeakMap<object, number>();
const encoder = new TextEncoder();

function bytesOf(one: object): number {
  const known = BYTES.get(one);
  if (known !== undefined) return known;
  const bytes = encoder.encode(JSON.stringify(one)).length;
  BYTES.set(one, bytes);
  return bytes;
}
