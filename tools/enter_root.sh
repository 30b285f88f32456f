#!/bin/sh
# Runs a command in another root. This shell is in a mount namespace of its own.
# Arguments: root, folders that are to be seen in it, "--", argv.

set -e
root=$1
shift
mount --bind "$root" "$root"
for dir in dev proc sys; do mount --rbind "/$dir" "$root/$dir"; done
for dir in run tmp var/tmp; do mount -t tmpfs -o mode=1777 tmpfs "$root/$dir"; done
until [ "$1" = -- ]; do
  mkdir -p "$root$1"
  mount --bind "$1" "$root$1"
  shift
done
shift
cd "$root"
pivot_root . mnt
cd /
umount --lazy /mnt
exec "$@"
