// What is to change in FRR's route maps, as lines for `vtysh -f`. Pure.

/** An entry of a route map. The first one that matches a route decides. */
interface Entry {
  readonly map: string;
  readonly action: string;
  readonly place: number;
  /** In an order of their own: FRR prints another one than ours. Without any it matches all. */
  readonly lines: readonly string[];
}

/** Entries by map and place. FRR has one at a place, whether it permits or denies. */
type Entries = ReadonlyMap<string, Entry>;

const ENTRY = /^route-map (\S+) (permit|deny) (\d+)\n((?: .*\n)*)/gm;

/**
 * The lines that turn the route maps of `running` into those of `written`; none where they agree.
 * frr-reload.py would do that, too, but it takes a second of a processor.
 *
 * An entry is there before its lines are, and matches all until then. vtysh may be killed between
 * any two lines. So after each of them the maps let nothing through that neither `running` nor
 * `written` does:
 *
 * - Entries that deny come first and go last. One whose lines change stays, and denies all
 *   meanwhile.
 * - An entry that permits is made behind a guard, which denies what comes to it: nothing but what
 *   all before it have let pass by, so entries behind it lose what they let through for that
 *   moment. There are none where new entries have the last places (`planClients`).
 *
 * A guard that is left over denies what it should until the next plan, which takes it away as it
 * does all that `written` has not.
 */
export function planRouteMaps(running: string, written: string): string[] {
  const [has, wanted] = [readEntries(running), readEntries(written)];
  const stale = differing(has, wanted);
  const missing = differing(wanted, has);
  const denies = missing.filter((one) => !isPermit(one));
  const changed = denies.filter((one) => hasDenied(one, has));
  const added = denies.filter((one) => !hasDenied(one, has));
  const staleDenies = stale.filter((one) => !isPermit(one) && !wanted.has(keyOf(one)));
  // What permits may always go: it opens nothing. It must go before what denies in front of it.
  const isDenyChanging = missing.some((one) => hasDenied(one, has));
  const isInTheWay = (one: Entry) => isDenyChanging || wanted.has(keyOf(one));
  const stalePermits = stale.filter(isPermit);
  return [
    ...stalePermits.filter(isInTheWay).flatMap(remove),
    ...changed.flatMap((one) => empty(has.get(keyOf(one))!)),
    ...added.flatMap(make),
    // The first one denies all until those behind it are right.
    ...changed.toReversed().flatMap(make),
    ...findRuns(missing.filter(isPermit), wanted).flatMap((run) => makeRun(run, has, wanted)),
    // What lets routes through goes when what replaces it is there.
    ...stalePermits.filter((one) => !isInTheWay(one)).flatMap(remove),
    ...staleDenies.flatMap(remove),
  ];
}

const isPermit = ({ action }: Entry) => action === "permit";
const nameOf = ({ map, action, place }: Entry) => `route-map ${map} ${action} ${place}`;
const keyOf = ({ map, place }: Pick<Entry, "map" | "place">) => `${map} ${place}`;
const make = (entry: Entry) => [nameOf(entry), ...entry.lines, "exit"];
const empty = (one: Entry) => make({ ...one, lines: one.lines.map((line) => ` no${line}`) });
const remove = (entry: Entry) => [`no ${nameOf(entry)}`];

/** Whether what denies has its place now. */
function hasDenied(entry: Entry, has: Entries): boolean {
  const before = has.get(keyOf(entry));
  return before !== undefined && !isPermit(before);
}

/** The new entries in rows that no other entry is between. */
function findRuns(news: readonly Entry[], wanted: Entries): Entry[][] {
  const all = new Set(news);
  const runs: Entry[][] = [];
  let last: Entry | undefined;
  for (const entry of wanted.values()) {
    if (all.has(entry)) {
      const goesOn = last !== undefined && last.map === entry.map && all.has(last);
      if (goesOn) runs.at(-1)!.push(entry);
      else runs.push([entry]);
    }
    last = entry;
  }
  return runs;
}

/** Makes entries that permit behind one guard. What denies in their places goes behind it, too. */
function makeRun(run: readonly Entry[], has: Entries, wanted: Entries): string[] {
  const replaced = run.filter((one) => hasDenied(one, has)).map((one) => has.get(keyOf(one))!);
  const made = [...replaced.flatMap(remove), ...run.flatMap(make)];
  const isHalf = replaced.length > 0 || run.some(({ lines }) => lines.length > 0);
  const guard = isHalf ? findGuard(run[0]!, has, wanted) : undefined;
  // One that was left over goes when all else is right.
  if (guard === undefined || has.has(keyOf(guard))) return made;
  return [...make(guard), ...made, ...remove(guard)];
}

/**
 * At the last place in front of an entry that is free, or that has a guard which was left over.
 * Undefined where there is none: an entry is better made without a guard than not at all.
 */
function findGuard({ map, place }: Entry, has: Entries, wanted: Entries): Entry | undefined {
  for (let at = place - 1; at > 0; at--) {
    const key = keyOf({ map, place: at });
    const before = has.get(key);
    const isGuard = before !== undefined && !isPermit(before) && before.lines.length === 0;
    if (!wanted.has(key) && (before === undefined || isGuard)) {
      return { map, action: "deny", place: at, lines: [] };
    }
  }
  return undefined;
}

/** Entries of `some` that `others` do not have so, by their maps and places. */
function differing(some: Entries, others: Entries): Entry[] {
  return [...some].flatMap(([key, entry]) => {
    const other = others.get(key);
    return other !== undefined && `${make(other)}` === `${make(entry)}` ? [] : [entry];
  });
}

/** Each map's entries in the order of their places. */
function readEntries(configuration: string): Entries {
  const entries = [...configuration.matchAll(ENTRY)].map(
    ([, map = "", action = "", place, lines = ""]): Entry => ({
      map,
      action,
      place: Number(place),
      lines: lines.split("\n").filter((line) => line !== "").toSorted(),
    }),
  ).toSorted((one, other) => one.map.localeCompare(other.map) || one.place - other.place);
  return new Map(entries.map((entry) => [keyOf(entry), entry]));
}
