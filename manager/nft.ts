// What nft(8) is told so that a set of a table has the right elements. Pure.

/**
 * Deletes what a set has and should not have, and adds what it lacks; empty where it is right.
 * @param set with its table, such as "inet megalos vteps4"
 * @param had elements as nft takes them, such as devices' names in quotes
 * @param wanted likewise
 */
export function planSet(set: string, had: readonly string[], wanted: readonly string[]): string {
  const [before, after] = [new Set(had), new Set(wanted)];
  const change = (verb: "delete" | "add", elements: ReadonlySet<string>) =>
    elements.size === 0 ? "" : `${verb} element ${set} { ${[...elements].join(", ")} }\n`;
  return change("delete", before.difference(after)) + change("add", after.difference(before));
}

/** A device's name as nft takes it. */
export function quoteName(name: string): string {
  return `"${name}"`;
}
