// Versions of Linux and of FRR, as those tell them.

/** A version, as far as something here depends on it. */
export type Release = readonly [major: number, minor: number];

/**
 * Whether a version is this one or a later one.
 * @param version such as "6.1.0-38-amd64", which uname(2) says, or "8.4.4"
 */
export function isSince(version: string, [sinceMajor, sinceMinor]: Release): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

/**
 * FRR's version, such as "8.4.4"; undefined where there is none.
 * @param printed what `bgpd --version` prints: "bgpd version 8.4.4" in its first line
 */
export function parseFrrVersion(printed: string): string | undefined {
  return /^bgpd version (\d+\.\d+\S*)/.exec(printed)?.[1];
}
