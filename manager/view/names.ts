// Names of nodes: a worker says itself what it is called, so two may say the same. Pure.

interface Named {
  readonly name: string;
  /** Where it is; this manager's own node may have none here, and always keeps its name. */
  readonly address: string | undefined;
}

/** The names of all, with the address where another address or this manager has the same name. */
export function nameApart(all: readonly Named[]): string[] {
  const addresses = new Map<string, Set<string | undefined>>();
  for (const { name, address } of all) {
    const known = addresses.get(name) ?? new Set();
    addresses.set(name, known.add(address));
  }
  return all.map(({ name, address }) =>
    address === undefined || addresses.get(name)!.size === 1 ? name : `${name} (${address})`
  );
}
