#!/bin/sh
# Runs a program in a root like its container's: read-only, with the volumes that are given alone.
# Arguments: for each volume how it is mounted (rw or ro), what the mount hears of later mounts
# (shared, slave or private), its folder on the node, its place in the container; "--"; the kernel's
# settings (rw or ro); the program and its arguments. It runs in a mount namespace of its own.

set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/changes /mnt/work /mnt/root /mnt/run
# Of the node's own root this is what an image would have: no mount of the node is in it.
mount -t overlay -o lowerdir=/,upperdir=/mnt/changes,workdir=/mnt/work image /mnt/root
cd /mnt/root
mount --bind /mnt/run run
mkdir run/programs
mount --bind /run/programs run/programs
for dir in dev proc sys; do mount --rbind "/$dir" "$dir"; done
[ ! -e /run/hosts ] || mount --bind /etc/hosts etc/hosts
while [ "$1" != -- ]; do
  mkdir -p "$3" ".$4"
  mount --rbind "$3" ".$4"
  mount "--make-r$2" ".$4"
  [ "$1" = rw ] || mount -o remount,bind,ro ".$4"
  shift 4
done
mount --bind proc/sys proc/sys
mount -o "remount,bind,$2" proc/sys
shift 2
mount -o remount,bind,ro run
mount -o remount,bind,ro .
mount --move . /
exec chroot . "$@"
