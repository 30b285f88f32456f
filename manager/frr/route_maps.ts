// What is to change in FRR's route maps, as lines for `vtysh -f`. Pure.

const ENTRY = /^route-map (\S+ (?:permit|deny) \d+)\n((?: .*\n)*)/gm;

/**
 * The lines that turn the route maps of `running` into those of `written`; none where they agree.
 * frr-reload.py would do that, too, but it takes a second of a processor.
 */
export function planRouteMaps(running: string, written: string): string[] {
  const [has, wanted] = [readEntries(running), readEntries(written)];
  const stale = [...has].filter(([entry, lines]) => wanted.get(entry) !== lines);
  const missing = [...wanted].filter(([entry, lines]) => has.get(entry) !== lines);
  const remove = (entry: string) => `no route-map ${entry}`;
  const entries = stale.map(([entry]) => entry);
  return [
    ...entries.filter((entry) => wanted.has(entry)).map(remove),
    ...missing.flatMap(([entry, lines]) => [`route-map ${entry}`, lines, "exit"]),
    // What lets routes through goes when what replaces it is there.
    ...entries.filter((entry) => !wanted.has(entry)).map(remove),
  ];
}

/** Each entry's lines, in an order of their own: FRR prints another one than ours. */
function readEntries(configuration: string): Map<string, string> {
  return new Map(
    [...configuration.matchAll(ENTRY)].map(([, entry = "", lines = ""]) => [
      entry,
      lines.trimEnd().split("\n").toSorted().join("\n"),
    ]),
  );
}
