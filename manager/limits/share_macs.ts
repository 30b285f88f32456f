// How the MAC addresses that a node may learn are shared among its LANs. Pure.

/** A LAN, as far as its share is in question. */
export interface Sharer {
  /** It learns no more than so many, however few the others have. */
  readonly limit: number;
  /** About so many it has learnt. */
  readonly about: number;
  /** So many it may learn now. */
  readonly share: number;
}

/** Also where nothing is left, a LAN may learn so many, as long as few LANs are there. */
const LEAST = 8;
/** One part in so many of what is left goes to a LAN that comes. */
const PART = 8;
/** A LAN that needs more gets so many times what it has learnt, so that it seldom asks. */
const GROWTH = 4;

/**
 * What a LAN may learn from the start.
 * @param most of the node; Infinity is no limit
 * @param shares those of the LANs that are there
 */
export function firstShare(most: number, shares: Iterable<number>): number {
  const others = [...shares];
  return Math.max(leastOf(most, others.length + 1), Math.floor((most - sum(others)) / PART));
}

/**
 * What a LAN may learn where nothing is left. What all LANs get so is about one part of `most`,
 * until there are so many that each may learn one: the kernel takes none for no limit.
 */
function leastOf(most: number, lans: number): number {
  return Math.max(1, Math.min(LEAST, Math.floor(most / PART / lans)));
}

/**
 * The shares that change when a LAN needs more. Where too little is left, the others give back what
 * they have not used. What they have learnt stays theirs until it ages. A part is kept for LANs
 * that come.
 */
export function growShare(
  most: number,
  lans: ReadonlyMap<string, Sharer>,
  name: string,
): ReadonlyMap<string, number> {
  const own = lans.get(name);
  if (own === undefined) return new Map();
  const wanted = Math.min(own.limit, own.about * GROWTH);
  const others = [...lans].filter(([one]) => one !== name);
  const toGive = most * (1 - 1 / PART);
  const left = toGive - sum(others.map(([, { share }]) => share));
  if (wanted <= left) return new Map(wanted > own.share ? [[name, wanted]] : []);
  const least = leastOf(most, lans.size);
  const kept = others.map(([, { share, about }]) => Math.min(share, about + least));
  const share = Math.min(wanted, Math.floor(toGive - sum(kept)));
  if (share <= own.share) return new Map();
  const givenBack = others.flatMap(([one, { share }], at): [string, number][] =>
    kept[at]! < share ? [[one, kept[at]!]] : []
  );
  return new Map([...givenBack, [name, share]]);
}

function sum(shares: Iterable<number>): number {
  return Iterator.from(shares).reduce((all, one) => all + one, 0);
}
