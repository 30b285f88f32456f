// A device's own view of the machine: the host's files below, its own writes above, its own PID 1.
import { NODE_DEVICE_ROOT, NODE_LAB } from "../cluster/node.ts";
import { describe } from "../../shared/command.ts";
import { run } from "../../shared/exec.ts";
import { enter, type Machine } from "../machines/machine.ts";

/** Where a device finds its startup script; bash names the file in its messages. */
export function startupPath(device: string): string {
  return `/hostlab/${device}.startup`;
}

/**
 * Arguments: name, folder for the root, the device's folder or "", its startup script or "", where that goes.
 * tar keeps links such as /bin in place and leaves the modes of folders that are there; all files become root's.
 * umount(8) needs /proc, and PID 1 must be the first child of what has asked for a PID namespace: hence the second shell, whose
 * answer is the device's PID 1 as its node numbers it.
 */
const FURNISH_DEVICE = `
set -eu
hostname "$1"
mount -t tmpfs -o mode=755 tmpfs "$2"
cd "$2"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
cd root
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir -m 1777 run/lock dev/shm
mkdir dev/pts dev/net
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mknod -m 666 dev/net/tun c 10 200
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
printf '%s\\n' "$1" >etc/hostname
printf '127.0.0.1\\tlocalhost\\n127.0.1.1\\t%s\\n' "$1" >etc/hosts
if [ -n "$3" ]; then
  tar -C "$3" --owner=0 --group=0 -cf ../folder.tar .
  tar --keep-directory-symlink --no-overwrite-dir -xf ../folder.tar
  rm ../folder.tar
fi
[ -z "$4" ] || install -D -m 755 "$4" ".$5"
pivot_root . mnt
exec unshare --pid sh -c '
set -eu
setsid tini -- sleep infinity </dev/null >/dev/null 2>&1 &
mount -t proc proc /proc
umount -l /mnt
echo "$!"
'
`;

/** Starts a device in its sandbox's network namespace; answers its PID 1 as the node numbers it. */
export async function startDevice(
  node: Machine,
  device: { readonly name: string; readonly folder: boolean; readonly startup: boolean },
  netns: string,
): Promise<number> {
  const { name } = device;
  const folder = device.folder ? `${NODE_LAB}/${name}` : "";
  const startup = device.startup ? `${NODE_LAB}/${name}.startup` : "";
  const unshare = ["unshare", "--mount", "--uts", "--ipc", "--propagation", "private"];
  const script = ["sh", "-c", FURNISH_DEVICE, "sh", name, NODE_DEVICE_ROOT];
  const done = await run({
    argv: [
      ...enter(node.pid),
      ...["nsenter", `--net=${netns}`],
      ...unshare,
      ...script,
      ...[folder, startup, startupPath(name)],
    ],
  });
  if (done.reason !== "success") {
    throw new Error(`Cannot start ${name}: ${describe({ ...done, argv: unshare })}`);
  }
  return Number(done.stdout);
}

/** The beginning of a command line that runs in a device: first into its node, then on. */
export function enterDevice(node: Machine, pid: number): [string, ...string[]] {
  return [...enter(node.pid), ...enter(pid)];
}
