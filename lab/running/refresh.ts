// Lets the devices of running labs find programs that were installed after the labs were started.
import { PROGRAM_DIRS } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { HOST_SYSCALLS } from "../../shared/seccomp/syscalls.ts";
import forgetAbsent from "../devices/forget_absent.pl" with { type: "text" };
import { enter } from "../machines/machine.ts";
import { selectLiving } from "../machines/processes.ts";
import { labDirOf } from "../record.ts";
import type { FoundLab } from "./find.ts";

/** What changes when something is installed. */
const INSTALLED = [...PROGRAM_DIRS, "/var/lib/dpkg/status"];

/**
 * Makes a lab's devices forget which programs they did not find, where something was installed
 * since this was last done.
 */
export async function refreshDevices({ name, record }: FoundLab): Promise<void> {
  const stamp = `${labDirOf(name)}/refreshed`;
  const [last, changed] = await Promise.all([
    readTime(stamp),
    Promise.all(INSTALLED.map(readTime)).then((times) => Math.max(...times)),
  ]);
  if (last >= changed) return;
  const { mount, setns } = HOST_SYSCALLS.numbers;
  const script = ["perl", "-e", forgetAbsent, `${setns}`, `${mount}`];
  const nodes = await selectLiving(record.machines);
  await Promise.all(nodes.map(async (node) => {
    const devices = record.devices.filter((device) => device.node === node.name);
    const pids = devices.flatMap(({ pid }) => pid === undefined ? [] : [`${pid}`]);
    if (pids.length > 0) await run({ argv: [...enter(node.pid), ...script, ...pids] });
  }));
  await Deno.writeTextFile(stamp, "");
  await Deno.utime(stamp, changed / 1000, changed / 1000);
}

/** When a file was last changed, in milliseconds; 0 for no file. */
async function readTime(path: string): Promise<number> {
  return await Deno.stat(path).then(({ mtime }) => mtime?.getTime() ?? 0, () => 0);
}
