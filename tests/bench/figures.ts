// Samples, and what is told of them.

/** Milliseconds by what was done, then by peer. */
export type Samples = Map<string, Map<string, number[]>>;

export function take(samples: Samples, what: string, peer: string, ms: number): void {
  const ofPeers = samples.get(what) ?? new Map<string, number[]>();
  samples.set(what, ofPeers);
  ofPeers.set(peer, [...ofPeers.get(peer) ?? [], ms]);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) +
    (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) / 2;
}

/** A line for each thing done: medians in ms, each with its ratio to `reference`'s. */
export function renderSamples(
  samples: Samples,
  peers: readonly string[],
  reference: string,
): string {
  const rows = [...samples].map(([what, ofPeers]) => {
    const base = median(ofPeers.get(reference) ?? []);
    const cells = peers.map((peer) => {
      const ms = median(ofPeers.get(peer) ?? []);
      return `${ms.toFixed(1)} (${(ms / base).toFixed(2)})`;
    });
    return [what, ...cells];
  });
  const lines = [[`ms (x ${reference})`, ...peers], ...rows];
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length))
  );
  return lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  ).join("\n");
}
