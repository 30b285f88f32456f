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
  const places = new Set([...wanted.keys()].map(placeOf));
  const remove = (entry: string) => `no route-map ${entry}`;
  const entries = stale.map(([entry]) => entry);
  const isInTheWay = (entry: string) => places.has(placeOf(entry));
  return [
    ...entries.filter(isInTheWay).map(remove),
    ...missing.flatMap(([entry, lines]) => [`route-map ${entry}`, lines, "exit"]),
    // What lets routes through goes when what replaces it is there.
    ...entries.filter((entry) => !isInTheWay(entry)).map(remove),
  ];
}

/** FRR removes what is at a place, whether it permits or denies. */
function placeOf(entry: string): string {
  return entry.replace(/ (permit|deny) /, " ");
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
