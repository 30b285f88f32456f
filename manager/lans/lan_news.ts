// Which LANs have come to a node and which have gone from it between two looks: pure.
import type { Happening } from "../events/event.ts";
import type { Lan } from "../../shared/lan/lan.ts";

/** LANs by what tells them apart. */
export type KnownLans = ReadonlyMap<string, Lan>;

/** Two LANs may have one VNI for a moment: when one is made in the place of the other. */
export function lanKey({ vni, name, suffix }: Lan): string {
  return `${vni} ${name} ${suffix}`;
}

/** What has happened since `before`, which is undefined at the first look. */
export function findLanNews(
  before: KnownLans | undefined,
  lans: readonly Lan[],
): [KnownLans, Happening[]] {
  const now = new Map(lans.map((lan) => [lanKey(lan), lan]));
  const known = before ?? now;
  const gone = [...known].filter(([key]) => !now.has(key));
  const made = [...now].filter(([key]) => !known.has(key));
  return [now, [
    ...gone.map(([, lan]): Happening => ({ kind: "lan-gone", lan })),
    ...made.map(([, lan]): Happening => ({ kind: "lan-made", lan })),
  ]];
}
