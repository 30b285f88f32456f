#!/bin/sh
# Runs in a mount namespace of its own: removes the file that a network namespace is pinned at.
# Arguments: the file's path.
#
# Where nothing is left on the file, it can be removed; with the file the kernel drops the mounts on
# it everywhere (unlink(2) since Linux 3.18). ip-netns(8) may have bound the directory over itself,
# and the pin twice.

for path in "$1" "${1%/*}" "$1"; do
  while umount --lazy -- "$path" 2>/dev/null; do :; done
done
exec rm --force -- "$1"
