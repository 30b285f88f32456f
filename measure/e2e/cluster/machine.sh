#!/bin/bash
# Init (pid 1) of one machine of the cluster. up.sh starts it in fresh net, mount, pid and uts
# namespaces. It gives the machine a root of its own (an overlay over the host's /, written to
# tmpfs), its own /proc, /sys and /run, and a disk that outlives the machine, for what a node keeps
# over a restart. Then it waits for eth0, and runs and minds the machine's daemons. When it dies,
# the kernel ends all that runs in the machine and drops its mounts and interfaces.
# usage: machine.sh NAME ADDRESS ROLE_SCRIPT    (ROLE_SCRIPT defines start(), see roles.sh)
set -euo pipefail
NAME=$1 ADDR=$2 ROLE=$3
. "$(dirname "$0")/lib.sh"
DIR=$RUN/$NAME

hostname "$NAME"
mkdir -p "$DIR"/{rw,disk}
# This is not on disk, because an overlay's upper may not lie under its lower.
mount -t tmpfs -o mode=755 tmpfs "$DIR/rw"
mkdir "$DIR"/rw/{upper,work,root}
R=$DIR/rw/root
mount -t overlay -o "lowerdir=/,upperdir=$DIR/rw/upper,workdir=$DIR/rw/work" overlay "$R"
mount -t proc proc "$R/proc"
mount -t sysfs sysfs "$R/sys"                         # a new one shows this net namespace's devices
mount --rbind /sys/fs/cgroup "$R/sys/fs/cgroup"
mount --rbind /dev "$R/dev"
mount -t tmpfs -o mode=755 tmpfs "$R/run"
mount -t tmpfs tmpfs "$R/tmp"
mkdir -p "$R$CACHE" "$R$HERE" && mount --bind "$CACHE" "$R$CACHE" && mount --bind "$HERE" "$R$HERE"
# These are on disk: a restart must find what is in them, and overlayfs snapshots need a real file
# system below.
for d in /var/lib/containerd /var/lib/kubelet /var/lib/cni /var/log /opt/cni /etc/cni; do
  mkdir -p "$DIR/disk$d" "$R$d" && mount --bind "$DIR/disk$d" "$R$d"
done
mkdir "$R/run/oldroot" "$R/run/lock"
cd "$R" && pivot_root . run/oldroot && cd / && umount -l /run/oldroot && rmdir /run/oldroot
mount --make-rshared /
printf '127.0.0.1 localhost\n%s %s\n' "$ADDR" "$NAME" > /etc/hosts
rm -f /etc/resolv.conf; : > /etc/resolv.conf

ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
sysctl -qw net.ipv4.ip_forward=1

# daemon NAME CMD...: runs it, logs to $DIR/NAME.log, and says when it ends.
daemon() {
  local what=$1; shift
  { "$@" >>"$DIR/$what.log" 2>&1; echo "$(date +%T) $NAME: $what ended with $?" >>"$RUN/ended.log"; } &
}
. "$HERE/roles.sh"
"$ROLE"
while :; do wait -n 2>/dev/null || sleep 1; done       # reap orphans too
