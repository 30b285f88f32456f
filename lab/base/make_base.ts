// Makes the base: the folder that devices have in place of the machine's files outside of /usr.
import { ignoreMissing } from "../../shared/files.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { planAccounts } from "./accounts.ts";
import completeBase from "./complete_base.sh" with { type: "text" };
import copyFiles from "./copy_files.sh" with { type: "text" };
import { parseSum, readShippedPaths, type ShippedPath } from "./packages.ts";
import { type BasePlan, type Machine, planBase, STATE_DIRS } from "./plan_base.ts";
import { restoreShipped } from "./restore.ts";

/** md5sum(1) and find(1) take long on a busy machine. */
const TIMEOUT_MS = 120_000;

/** Folders that every Debian has, and their modes. */
const FOLDERS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ["boot", "dev", "etc", "home", "hostlab", "media", "mnt", "opt", "proc", "run", "shared"]
      .map((name) => [name, 0o755]),
  ),
  ...Object.fromEntries(["srv", "sys", "usr", "var", "var/www", "var/www/html"].map(
    (name) => [name, 0o755],
  )),
  root: 0o700,
  tmp: 0o1777,
  "run/lock": 0o1777,
  "var/tmp": 0o1777,
};

/** What packages copy into place when they are installed. */
const TEMPLATES = [
  ["/usr/share/base-files/dot.bashrc", "root/.bashrc"],
  ["/usr/share/base-files/dot.profile", "root/.profile"],
  ["/usr/share/base-files/profile", "etc/profile"],
  ["/usr/share/libc-bin/nsswitch.conf", "etc/nsswitch.conf"],
  ["/usr/share/apache2/default-site/index.html", "var/www/html/index.html"],
] as const;

/**
 * Makes the base in an empty folder. Answers the files that people have changed on the machine and
 * that devices do without. Throws after the step that is under way when `signal` is given.
 */
export async function makeBase(dir: string, signal: AbortSignal): Promise<string[]> {
  const shipped = await readShippedPaths();
  const machine = await observe(shipped);
  signal.throwIfAborted();
  const plan = planBase(shipped, machine);
  await copyAll(plan, dir);
  signal.throwIfAborted();
  for (const [name, mode] of Object.entries(FOLDERS)) {
    await Deno.mkdir(`${dir}/${name}`, { recursive: true });
    // The umask weakens the mode that mkdir(2) is given.
    await Deno.chmod(`${dir}/${name}`, mode);
  }
  // What packages have in /opt may be large, so devices mount it as they mount /usr.
  for (
    const [, name] of shipped.keys().flatMap((path) => [/^\/(opt\/[^/]+)$/.exec(path)]).filter((
      found,
    ) => found !== null)
  ) {
    await Deno.mkdir(`${dir}/${name}`);
  }
  for (const [from, to] of TEMPLATES) {
    await Deno.copyFile(from, `${dir}/${to}`).catch(ignoreMissing);
  }
  await writeAccounts(dir);
  await run({ argv: ["sh", "-c", completeBase, "sh", dir] });
  signal.throwIfAborted();
  const missing = await restoreShipped(plan.changed, dir);
  return missing.map(({ path }) => path).filter((path) => machine.md5.has(path));
}

/** Lists links and folders: type, owner, path, NUL. */
const LIST = ["find", "/etc", "/var", "-xdev", "(", "-type", "l", "-o", "-type", "d", ")"] as const;

async function observe(shipped: ReadonlyMap<string, ShippedPath>): Promise<Machine> {
  const summed = [...shipped.values()].filter(({ md5 }) => md5 !== undefined);
  const [sums, listed] = await Promise.all([
    // md5sum(1) goes on after a missing file.
    run({ timeoutMs: TIMEOUT_MS, argv: ["md5sum", "--", ...summed.map(({ path }) => path)] }),
    run({ timeoutMs: TIMEOUT_MS, argv: [...LIST, "-printf", "%y %U %p\\0"] }),
  ]);
  const found = listed.stdout.split("\0").map((line) => line.split(/ (\d+) (.*)/s));
  const links = found.flatMap(([type, , path]) => type === "l" && path !== undefined ? [path] : []);
  const targets = await Promise.all(
    links.map(async (link) => [link, await Deno.realPath(link).catch(() => "")] as const),
  );
  return {
    md5: new Map(sums.stdout.split("\n").map(parseSum).map(({ md5, path }) => [path, md5])),
    links: new Map(targets),
    folders: found.flatMap(([type, owner, path = ""]) =>
      type === "d" && Number(owner) < 1000 &&
        STATE_DIRS.some((dir) => path.startsWith(`${dir}/`) && !path.includes("/", dir.length + 1))
        ? [path]
        : []
    ),
  };
}

async function copyAll({ copied }: BasePlan, dir: string): Promise<void> {
  const stdin = copied.map((path) => `${path.slice(1)}\0`).join("");
  const done = await run({
    argv: ["sh", "-c", copyFiles, "sh", dir],
    stdin,
    timeoutMs: TIMEOUT_MS,
  });
  const wrong = done.stderr.split("\n").filter((line) =>
    line !== "" && !/No such file|socket ignored/.test(line)
  );
  if (wrong.length > 0 || done.reason === "timeout") {
    throw new Error(`Cannot copy the files of packages: ${describe(done)}`);
  }
}

async function writeAccounts(dir: string): Promise<void> {
  const [passwd, group] = await Promise.all([
    Deno.readTextFile("/etc/passwd"),
    Deno.readTextFile("/etc/group"),
  ]);
  for (const [name, text] of Object.entries(planAccounts(passwd, group))) {
    await Deno.writeTextFile(`${dir}/etc/${name}`, text);
    if (!name.includes("shadow")) continue;
    const gid = Number(/^shadow:[^:]*:(\d+)/m.exec(group)?.[1] ?? 0);
    await Deno.chown(`${dir}/etc/${name}`, 0, gid);
    await Deno.chmod(`${dir}/etc/${name}`, 0o640);
  }
}
