#!/bin/sh
# Furnishes a node from inside: its name, its own file systems, and in /run/lab what it has of the
# host. Arguments: name, state, programs, lab, shared, skeleton, base.
#
# The root stays the host's. FRR, the manager and the runtime write to file systems of the node's
# own, and everything else is read-only. A program of this root that enters a device is within the
# device's sight for a moment, and the device must not change that program's files through /proc.
# /run is filled elsewhere and then moved into place, because what is bound there may itself lie
# below /run.

hostname "$1"
stage=$2/stage
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs "$stage"
cd "$stage" || exit
mkdir -p netns lock lab/bin lab/conf lab/shared lab/skeleton lab/base lab/users lab/log lab/device lab/opt
install -d -o frr -g frr frr
mount --bind "$3" lab/bin
mount --bind "$4" lab/conf
mount --bind "$5" lab/shared
mount --bind "$6" lab/skeleton
mount --bind "$7" lab/base
mount --bind "$2/logs" lab/log
[ ! -d /opt ] || mount --bind /opt lab/opt
cd /
mount --no-mtab --move "$stage" /run
for dir in /etc/frr /var/log/frr /opt; do mount -t tmpfs -o mode=755 tmpfs "$dir"; done
for dir in /tmp /var/tmp; do mount -t tmpfs -o mode=1777 tmpfs "$dir"; done
chown frr:frr /etc/frr /var/log/frr
mkdir -p "$CNI_BIN_DIR"
for dir in / /usr; do
  ! mountpoint --quiet "$dir" || mount --no-mtab -o remount,bind,ro "$dir"
done
