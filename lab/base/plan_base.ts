// Plans which files outside of /usr devices see of the machine: those of packages, not people's.
import type { ShippedPath } from "./packages.ts";

/** What was found on the machine. */
export interface Machine {
  /** Checksums of the regular files that packages have checksums of. */
  readonly md5: ReadonlyMap<string, string>;
  /** Links below /etc and /var, and the absolute paths that they lead to. */
  readonly links: ReadonlyMap<string, string>;
  /** Folders right below {@link STATE_DIRS} that belong to users of the system. */
  readonly folders: readonly string[];
}

export interface BasePlan {
  /** Absolute paths to be copied as they are, folders without what is in them. */
  readonly copied: readonly string[];
  /** Files of packages that this machine has changed or removed. */
  readonly changed: readonly ShippedPath[];
}

/** Where services keep their state; packages make folders in them when they are installed. */
export const STATE_DIRS = ["/var/cache", "/var/lib", "/var/log", "/var/spool"] as const;

/**
 * Files that packages write when they are installed. No package ships these files, and no person
 * edits them.
 */
export const GENERATED = [
  "/etc/ld.so.cache",
  "/etc/pam.d/common-account",
  "/etc/pam.d/common-auth",
  "/etc/pam.d/common-password",
  "/etc/pam.d/common-session",
  "/etc/pam.d/common-session-noninteractive",
  "/etc/shells",
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/timezone",
] as const;

/**
 * Paths that the copy leaves out, because devices have file systems or files of their own there.
 */
const OWN =
  /^\/(boot|dev|home|lost\+found|media|mnt|opt|proc|root|run|srv|sys|tmp)(\/|$)|^\/var\/(tmp|lib\/dpkg)\/./;

/** Plans the copy of what packages ship, each file as it was shipped. */
export function planBase(
  shipped: ReadonlyMap<string, ShippedPath>,
  { md5, links, folders }: Machine,
): BasePlan {
  const [changed, kept] = partition(
    [...shipped.values()].filter(({ path }) => !OWN.test(path)),
    (file) => file.md5 !== undefined && md5.get(file.path) !== file.md5,
  );
  const copied = new Set([...kept.map(({ path }) => path), ...GENERATED, ...folders]);
  for (const [link, target] of links) {
    if (target.startsWith("/usr/") || copied.has(target) || isOfKernel(target)) copied.add(link);
  }
  return { copied: [...copied].sort(), changed };
}

/** Whether a link leads to files of the running kernel, as /etc/mtab and /var/run do. */
function isOfKernel(target: string): boolean {
  return /^\/(proc\/.+|run|run\/lock)$/.test(target);
}

function partition<T>(items: readonly T[], is: (item: T) => boolean): [T[], T[]] {
  return [items.filter(is), items.filter((item) => !is(item))];
}
