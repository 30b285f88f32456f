// Copies the files that were changed in a running device back into the lab's folder.
import { withConstants } from "../../shared/process/script.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { NODE_BASE, NODE_DEVICE_ROOT, NODE_LAB, NODE_LOGS } from "../cluster/node.ts";
import { entryOf } from "../devices/entry.ts";
import { END_OF_STARTUP } from "../devices/startup.ts";
import { enter } from "../machines/machine.ts";
import { type DeviceRecord, labDirOf } from "../record.ts";
import { findNode, type FoundLab } from "./find.ts";
import collect from "./collect.sh" with { type: "text" };
import intoFile from "./into_file.sh" with { type: "text" };
import keep from "./keep.sh" with { type: "text" };
import receive from "./receive.sh" with { type: "text" };

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

/** What comes before the path of a file that the collector leaves. */
const LEFT = "left/";
const COLLECT = withConstants(collect, { END_OF_STARTUP, LEFT });
const RECEIVE = withConstants(receive, { NODE_DEVICE_ROOT });

/** A device without end must not fill the machine's memory. */
const MAX_BYTES = 2 ** 30;
const TIMEOUT_SECONDS = 120;

/** What became of one changed file. The path has no slash before it. */
export interface SavedFile {
  readonly path: string;
  /** Why the file is not in the lab's folder; absent where the file is there. */
  readonly left?: string;
}

/**
 * Copies changed files to DEVICE/ in the lab's folder, and answers what became of each. The device
 * itself collects the files, because only within the device a path leads where it seems to lead.
 * Throws when the device does not run, or when the device's folder of the lab is a link.
 */
export async function saveDevice(lab: FoundLab, device: DeviceRecord): Promise<SavedFile[]> {
  const { name, record } = lab;
  const file = `${crypto.randomUUID()}.tar`;
  const archive = `${labDirOf(name)}/logs/${file}`;
  try {
    const left = await collectFiles(lab, device, archive);
    const folder = `${record.dir}/${device.name}`;
    await makeFolder(folder, record.dir);
    const { uid, gid } = await Deno.stat(record.dir);
    const argv = [
      ...[...enter(findNode(record, device.node).pid), "unshare", "--mount"],
      ...["--propagation", "private", "bash", "-c", RECEIVE, "bash"],
      ...[`${NODE_LOGS}/${file}`, `${NODE_LAB}/${device.name}`, NODE_BASE, `${MAX_BYTES}`],
      ...[`${uid}`, `${gid}`, keep],
    ] as [string, ...string[]];
    const done = await run({ argv, timeoutMs: TIMEOUT_SECONDS * 1000 });
    // A folder that was made for nothing goes again.
    await Deno.remove(folder).catch(() => {});
    if (done.reason !== "success") {
      throw new Error(`Cannot save ${device.name}: ${describe({ ...done, argv: ["tar"] })}`);
    }
    return [...left, ...readKept(done.stdout)];
  } finally {
    await Deno.remove(archive).catch(() => {});
  }
}

/** Puts the device's changed files into an archive. Answers what the device leaves. */
async function collectFiles(
  { record }: FoundLab,
  device: DeviceRecord,
  archive: string,
): Promise<SavedFile[]> {
  const { name, node, pid } = device;
  if (pid === undefined) throw new Error(`Cannot save ${name}: it does not run yet`);
  const { argv, env } = entryOf(findNode(record, node), pid, device);
  const leftOut = LEFT_OUT.flatMap((path, at) => [...(at === 0 ? [] : ["-o"]), "-path", path]);
  const seconds = scaled(TIMEOUT_SECONDS);
  const done = await run({
    argv: [
      ...["env", "bash", "-c", intoFile, "bash"] as const,
      ...[`${seconds}`, archive, `${MAX_BYTES}`, ...argv],
      ...["bash", "-c", COLLECT, "bash", FOLDERS.join(" "), "(", ...leftOut, ")", "-prune"],
    ],
    env,
    timeoutMs: (TIMEOUT_SECONDS + 10) * 1000,
  });
  if ((await Deno.stat(archive)).size >= MAX_BYTES) {
    throw new Error(`Cannot save ${name}: its changed files take more than ${MAX_BYTES} bytes`);
  }
  if (done.reason !== "success") {
    throw new Error(`Cannot save ${name}: ${describe({ ...done, argv: ["find", "/"] })}`);
  }
  return done.stderr.split("\n").filter((line) => line.startsWith(LEFT))
    .map((line) => ({ path: line.slice(LEFT.length), left: "it is neither a file nor a link" }));
}

/** Makes a device's folder where it is missing. The folder belongs to the owner of the lab's. */
async function makeFolder(folder: string, lab: string): Promise<void> {
  try {
    await Deno.mkdir(folder);
    const { uid, gid } = await Deno.stat(lab);
    if (uid !== null && gid !== null) await Deno.chown(folder, uid, gid);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if ((await Deno.lstat(folder)).isDirectory) return;
    throw new Error(`Cannot save into ${folder}: it is no folder`, { cause: error });
  }
}

/** Reads what keep.sh prints. */
function readKept(text: string): SavedFile[] {
  const words = text.split("\0");
  return Array.from({ length: Math.floor(words.length / 3) }, (_, at) => {
    const [word, path = "", why = ""] = words.slice(3 * at, 3 * at + 3);
    return word === "saved" ? { path } : { path, left: why };
  });
}
