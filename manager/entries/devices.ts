// VXLAN devices whose entries have changed.

/** Every device may have changed, because nobody has listened. */
export const ALL = "all";

/** By their names. */
export type Devices = Set<string> | typeof ALL;

export function join(one: Devices, other: Devices): Devices {
  return one === ALL || other === ALL ? ALL : one.union(other);
}
