#!/bin/sh
# Becomes PID 1 of a device: mounts its /proc, leaves the node and the machine's rights, and says
# that it is ready. Arguments: name, the command line that drops capabilities. File descriptor 9 is
# the user namespace.

set -eu
name=$1
shift

# Every entry of /proc that can be written and belongs to no process becomes read-only, except for
# the settings of network and name. Entries that tell of the machine's memory are hidden.
mount_proc() {
  mount -t proc -o nosuid,nodev,noexec proc /proc
  find /proc -maxdepth 1 ! -name '[0-9]*' '(' -type d -o -type f -perm /222 ')' -printf '%f\n' |
    while read -r file; do
      case $file in
        proc | self | thread-self | net) continue ;;
      esac
      mount --bind "/proc/$file" "/proc/$file"
      mount -o remount,bind,ro "/proc/$file"
    done
  for own in net kernel/hostname kernel/domainname; do
    mount --bind "/proc/sys/$own" "/proc/sys/$own"
    mount -o remount,bind,rw "/proc/sys/$own"
  done
  for file in kcore key-users keys kpagecgroup kpagecount kpageflags latency_stats sched_debug \
    slabinfo timer_list vmallocinfo; do
    [ ! -e "/proc/$file" ] || mount --bind /dev/null "/proc/$file"
  done
  for dir in acpi asound scsi; do
    [ ! -d "/proc/$dir" ] || mount -t tmpfs -o ro,size=4k tmpfs "/proc/$dir"
  done
}

mount_proc
umount -l /mnt
# The device's own users make the namespaces of mounts, name and IPC. They own nothing of what is
# mounted by now, so all of it is locked (mount_namespaces(7)).
# With SIGCHLD ignored the kernel reaps every orphan, and tini does not hear of the end of its
# child. So tini stays until somebody outside kills it, whatever is done to the device's processes.
# shellcheck disable=SC2016
exec nsenter --user=/proc/self/fd/9 -- unshare --mount --uts --ipc --propagation private "$@" \
  sh -euc '
exec 9<&-
printf %s "$1" >/proc/sys/kernel/hostname
echo ready
exec env --ignore-signal=CHLD tini -- true </dev/null >/dev/null 2>&1
' sh "$name"
