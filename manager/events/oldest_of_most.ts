// Who gives way where there are too many of something: pure, and for browsers, too.

/** The first one of the largest group; of groups of one size, of the one that begins first. */
export function oldestOfMost<One>(all: readonly One[], groupOf: (one: One) => unknown): One {
  const groups = [...Map.groupBy(all, groupOf).values()];
  return groups.reduce((most, one) => one.length > most.length ? one : most)[0]!;
}
