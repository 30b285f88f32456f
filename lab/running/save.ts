// Copies the files that were changed in a running device back into the lab's folder.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { NODE_BASE, NODE_LAB, NODE_LOGS } from "../cluster/node.ts";
import { enter } from "../machines/machine.ts";
import { type DeviceRecord, labDirOf } from "../record.ts";
import { findNode, type FoundLab } from "./find.ts";

/** Folders that users edit. In other folders only services change files, for themselves. */
const FOLDERS = ["etc", "home", "opt", "root", "srv", "usr/local", "var/www"] as const;

/**
 * Files that the start of a device writes into these folders, and files that programs leave behind.
 */
const LEFT_OUT = [
  "./etc/hostname",
  "./etc/hosts",
  "./etc/mtab",
  "./etc/ld.so.cache",
  "./etc/resolv.conf.dhclient-new.*",
  "*/.*_history",
  "*/.history_frr",
  "*/.lesshst",
  "*/.viminfo",
  "*/.cache",
  "*.sw[op]",
  "*/frr.conf.sav",
] as const;

/**
 * Arguments for bash: the device's PID 1, archive, lab's folder of the device, owner as `UID:GID`,
 * then what find is to leave out.
 * A file counts as changed when it is newer than the end of the startup, or than the device where
 * the startup has not ended, and differs from the file of the lab's folder and from that of the
 * machine. A file that the device has not written is the machine's own: it has another device
 * number than the device's own files, or the size and time of change of the machine's file.
 * Nothing in the device is followed or run: find and tar are the node's own, and take links as
 * links.
 */
const COLLECT = `
set -eu
root=/proc/$1/root archive=$2 folder=$3 owner=$4
since=$root/etc/hostname
[ ! -f "$root/tmp/EOS" ] || since=$root/tmp/EOS
shift 4
list() {
  cd "$1"
  shift
  for start in ${FOLDERS.join(" ")}; do
    [ ! -d "$start" ] || [ -L "$start" ] ||
      find "./$start" -xdev "$@" -o '(' -type f -o -type l ! -lname '/*' ')' -cnewer "$since" -printf '%D %C@ %s %p\\0'
  done
}
cd "$root"
own=$(stat -c %d etc/hostname)
comm -z -23 <(list "$root" "$@" | grep -z "^$own " | cut -z -d ' ' -f 2- | sort -z) \\
  <(list / "$@" | cut -z -d ' ' -f 2- | sort -z) | cut -z -d ' ' -f 3- |
  while IFS= read -r -d '' file; do
    case $file in ./usr/*) below= ;; *) below=${NODE_BASE} ;; esac
    cmp -s "$file" "$folder/$file" || cmp -s "$file" "$below/$file" || printf '%s\\0' "$file"
  done >"$archive.list"
tr '\\0' '\\n' <"$archive.list"
tar --null --no-recursion --owner="\${owner%:*}" --group="\${owner#*:}" \
  --files-from="$archive.list" -cf "$archive"
rm "$archive.list"
`;

/**
 * Answers the paths in the device, `./etc/hosts` and the like, that were copied to DEVICE/ in the
 * lab's folder. Throws when the device does not run.
 */
export async function saveDevice(
  { name, record }: FoundLab,
  { name: device, node, pid }: DeviceRecord,
): Promise<string[]> {
  if (pid === undefined) throw new Error(`Cannot save ${device}: it does not run yet`);
  const folder = `${record.dir}/${device}`;
  const owner = await Deno.stat(record.dir);
  const file = `${crypto.randomUUID()}.tar`;
  const leftOut = LEFT_OUT.flatMap((path, at) => [...(at === 0 ? [] : ["-o"]), "-path", path]);
  const argv = [
    ...enter(findNode(record, node).pid),
    ...["bash", "-c", COLLECT, "bash"],
    ...[`${pid}`, `${NODE_LOGS}/${file}`, `${NODE_LAB}/${device}`, `${owner.uid}:${owner.gid}`],
    ...["(", ...leftOut, ")", "-prune"],
  ] as [string, ...string[]];
  const archive = `${labDirOf(name)}/logs/${file}`;
  try {
    const collected = await run({ argv, timeoutMs: 120_000 });
    if (collected.reason !== "success") {
      throw new Error(`Cannot save ${device}: ${describe({ ...collected, argv: ["find"] })}`);
    }
    const paths = collected.stdout.split("\n").filter(Boolean);
    if (paths.length > 0) await unpack(archive, folder, paths, owner);
    return paths;
  } finally {
    await Deno.remove(archive).catch(() => {});
  }
}

async function unpack(
  archive: string,
  folder: string,
  paths: readonly string[],
  owner: Deno.FileInfo,
): Promise<void> {
  // The folders on the way to what is unpacked. tar would make missing folders as root's.
  const folders = new Set(
    [".", ...paths].flatMap((path) =>
      path.split("/").map((_, at, names) => join(folder, ...names.slice(0, at)))
    ),
  );
  const missing = Array.from(folders).filter((path) => !existsSync(path));
  await Deno.mkdir(folder, { recursive: true });
  const argv = ["tar", "-C", folder, "--keep-directory-symlink", "--numeric-owner", "-xf", archive];
  const done = await run({ argv: argv as [string, ...string[]] });
  if (done.reason !== "success") throw new Error(`Cannot save into ${folder}: ${describe(done)}`);
  for (const path of missing) await Deno.chown(path, owner.uid, owner.gid);
}
