#!/bin/bash
# Unpacks an archive of a device's files on the device's node, where it can write to nothing but the
# device's folder of the lab: neither the archive nor the folder is to be trusted.
# Arguments: archive, the device's folder of the lab, the base, room in bytes, UID and GID of the
# folder's owner, the script that follows.

set -eu
exec <"$1"
folder=$2 base=$3 room=$4 uid=$5 gid=$6 script=$7
top=$NODE_DEVICE_ROOT

# The new root is what the device has below its own writes, and so shows what has not changed.
mount --bind "$base" "$top"
mount -o remount,bind,ro,nosuid,nodev "$top"
for dir in usr bin sbin lib lib32 lib64 libx32; do
  [ ! -d "$top/$dir" ] || [ -L "$top/$dir" ] || {
    mount --bind "/$dir" "$top/$dir"
    mount -o remount,bind,ro,nosuid,nodev "$top/$dir"
  }
done
mount --bind "$folder" "$top/mnt"
mount -o remount,bind,nosuid,nodev "$top/mnt"
mount -t tmpfs -o "mode=1777,nosuid,nodev,size=$room" tmpfs "$top/tmp"

# Files become the owner's. The owner may lack the right to a file that root once made there.
may=+dac_override,+fowner
exec chroot "$top" setpriv --reuid="$uid" --regid="$gid" --clear-groups \
  --bounding-set="-all,$may" --inh-caps="-all,$may" --ambient-caps="-all,$may" \
  bash -c "$script" bash
