// Which kernels Debian serves, and which of them a version means: pure, from records of apt-cache.

/** A kernel that can be downloaded. */
export interface ServedKernel {
  /** What uname(1) says of it, such as "6.1.0-57-amd64". */
  readonly release: string;
  /** The version of Debian's package, such as "6.1.192-3". */
  readonly version: string;
  /** The packages of which the kernel consists, as NAME=VERSION. */
  readonly packages: readonly string[];
}

/** Names of packages with a kernel; those of a line, such as linux-image-6.1-amd64, have none. */
export const IMAGES = "^linux-image-[0-9]+[.][0-9]+[.][^-]*(-[0-9][^-]*)?-amd64(-unsigned)?$";

/** All kernels, the newest of each line (5.10, 6.1, ...) only, the oldest line first. */
export function readServed(records: string): ServedKernel[] {
  const lines = new Map<string, ServedKernel>();
  for (const kernel of records.split("\n\n").flatMap(readRecord)) {
    const line = lineOf(kernel);
    const other = lines.get(line);
    if (other === undefined || compareVersions(kernel.version, other.version) > 0) {
      lines.set(line, kernel);
    }
  }
  return [...lines.values()].toSorted((a, b) => compareVersions(a.version, b.version));
}

function readRecord(record: string): ServedKernel[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(record)?.[1] ?? "";
  const [name, version] = [field("Package"), field("Version")];
  if (name === "" || version === "") return [];
  // From 7.2 on, a kernel has packages of its own for the kernel itself, its modules, and what
  // these share.
  const parts = Array.from(
    field("Depends").matchAll(/\b(linux-(?:base|binary|modules)-\S+) \(= /g),
    ([, part]) => `${part}=${version}`,
  );
  const release = name.replace(/^linux-image-/, "").replace(/-unsigned$/, "");
  return [{ release, version, packages: [`${name}=${version}`, ...parts] }];
}

/** "6.1" of a kernel. */
function lineOf({ version }: Pick<ServedKernel, "version">): string {
  return version.split(".", 2).join(".");
}

/**
 * The kernels of the lines that `wanted` names; the oldest and the newest where it names none.
 * @throws {Error} when a line is not served
 */
export function pickKernels(
  served: readonly ServedKernel[],
  wanted: readonly string[],
): ServedKernel[] {
  const lines = served.map(lineOf);
  if (wanted.length === 0) return served.filter((_, at) => at === 0 || at === served.length - 1);
  const unknown = wanted.filter((line) => !lines.includes(line));
  if (unknown.length > 0) {
    throw new Error(
      `Cannot use ${unknown.join(", ")}: Debian serves kernels ${lines.join(", ")}`,
    );
  }
  return served.filter((kernel) => wanted.includes(lineOf(kernel)));
}

/**
 * Orders Debian's versions. Numbers count as numbers, and "~" is before everything, the end
 * included (deb-version(7)).
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at] ?? "", right[at] ?? ""];
    const order = at % 2 === 1 ? Number(one) - Number(other) : compareWords(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** Splits into words and numbers by turns, a word first. */
function split(version: string): string[] {
  return version.split(/(\d+)/);
}

function compareWords(a: string, b: string): number {
  const rank = (word: string) => word.replaceAll("~", "\u0001") + "\u0002";
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}
