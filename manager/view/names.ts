// Names of nodes: a worker says itself what it is called, so it may say another one's name. Pure.

interface Named {
  readonly name: string;
  /** Where it is; this manager's own node may have none here, and always keeps its name. */
  readonly address: string | undefined;
}

/**
 * Characters of host names, and of addresses that stand for one. With others a name can look like
 * another node's, also like one with its address.
 */
const PLAIN = /^[\w.:-]+$/;

/**
 * The names of all, with the address where another address or this manager has the same name, and
 * where a name is no host's.
 */
export function nameApart(all: readonly Named[]): string[] {
  const addresses = new Map<string, Set<string | undefined>>();
  for (const { name, address } of all) {
    const known = addresses.get(name) ?? new Set();
    addresses.set(name, known.add(address));
  }
  return all.map(({ name, address }) =>
    address === undefined || PLAIN.test(name) && addresses.get(name)!.size === 1
      ? name
      : `${name} (${address})`
  );
}
