// Reads what dpkg knows of the files outside of /usr that packages have put on this machine.
import { run } from "../../shared/process/exec.ts";
import { describe } from "../../shared/process/command.ts";

const INFO = "/var/lib/dpkg/info";

/**
 * A path that a package has. `md5` is the file's checksum as shipped, where dpkg knows the
 * checksum.
 */
export interface ShippedPath {
  readonly path: string;
  readonly md5?: string;
  /** The package that has the file as a conffile, which people are meant to change. */
  readonly conffileOf?: string;
}

/** /bin and its like are links to folders of /usr, so packages may name files of /usr by them. */
const OF_USR = "(usr|bin|sbin|lib[^/]*)(/|$)";

/** Everything that packages have outside of /usr, by path. */
export async function readShippedPaths(): Promise<Map<string, ShippedPath>> {
  const [lists, sums, conffiles, ucf] = await Promise.all([
    // grep(1) selects the lines, because nearly all of these many lines are of files below /usr.
    ask(["grep", "-rhEv", "--include=*.list", `^/(\\.?$|${OF_USR})`, INFO]),
    ask(["grep", "-rhEv", "--include=*.md5sums", `^[0-9a-f]+  ${OF_USR}`, INFO]),
    ask(["dpkg-query", "--show", "--showformat=${Package}\n${Conffiles}\n"]),
    Deno.readTextFile("/var/lib/ucf/hashfile").catch(() => ""),
  ]);
  return new Map(
    [
      ...lists.split("\n").map((path) => ({ path })),
      ...sums.split("\n").map(parseSum).map(({ md5, path }) => ({ md5, path: `/${path}` })),
      ...ucf.split("\n").map(parseSum),
      ...parseConffiles(conffiles),
    ].filter(({ path }) => path.length > 1).map((shipped) => [shipped.path, shipped]),
  );
}

async function ask(argv: [string, ...string[]]): Promise<string> {
  const done = await run({ argv, timeoutMs: 60_000, maxOutputBytes: 256 * 2 ** 20 });
  // 1 is the word of grep(1) for no line, as where a small Debian has no such file.
  if (done.reason === "success" || (done.code === 1 && done.stderr === "")) return done.stdout;
  throw new Error(`Cannot tell the files of packages: ${describe(done)}`);
}

/** Reads a line of md5sum(1). */
export function parseSum(line: string): { md5: string; path: string } {
  const [, md5 = "", path = ""] = /^([0-9a-f]{32}) [ *](.+)$/.exec(line) ?? [];
  return { md5, path };
}

/**
 * Reads dpkg-query's answer: the name of each package, and after the name a line
 * ` PATH MD5 [obsolete]` for each of the package's conffiles.
 */
export function parseConffiles(text: string): ShippedPath[] {
  let conffileOf = "";
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith(" ")) conffileOf = line;
    const [, path, md5, flag] = /^ (\/.+) ([0-9a-f]{32})( .*)?$/.exec(line) ?? [];
    if (path === undefined || md5 === undefined || flag !== undefined) return [];
    return [{ path, md5, conffileOf }];
  });
}
