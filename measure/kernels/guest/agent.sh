#!/bin/sh
# Runs what comes by the machine's only port in a kernel under test. A command is a number of words,
# then the words, each on a line. What the program prints goes back. A line of its own follows, with
# the exit code behind the mark, which came first of all.
set -u
export PATH=/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin LC_ALL=C HOME=/root
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /root/.cache
ln -s /srv/.deno /root/.cache/deno
# bash's <(...) is a path in there.
ln -s /proc/self/fd /dev/fd
hostname kernel
ip link set dev lo up
# Nothing that a lab's device does loads what MPLS needs. The other modules are loaded wherever
# somebody has a tunnel or Kubernetes' proxy runs: they add devices and switches to every namespace.
modprobe --all virtio_console mpls_router mpls_iptunnel ipip sit ip_gre ip6_tunnel br_netfilter
until [ -e /dev/vport1p1 ] || [ -e /dev/vport0p1 ]; do sleep 0.1; done
for port in /dev/vport?p1; do exec 3<>"$port"; done
IFS= read -r mark <&3
echo "$mark 0" >&3
# The port ends with the program at its other end. Then this program ends, and with PID 1 the
# kernel.
while IFS= read -r count <&3; do
  set --
  while [ "$count" -gt 0 ]; do
    IFS= read -r word <&3
    set -- "$@" "$word"
    count=$((count - 1))
  done
  "$@" </dev/null >&3 2>&1
  echo "$mark $?" >&3
done
