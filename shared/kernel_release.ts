// The version of the running Linux.

/**
 * Whether a kernel is of a version or of a later one.
 * @param release what uname(2) says, such as "6.1.0-38-amd64"
 */
export function isKernelSince(
  release: string,
  [sinceMajor, sinceMinor]: readonly [major: number, minor: number],
): boolean {
  const [major = 0, minor = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
