#!/bin/sh
# Makes a device's namespaces of users and network on a node. Arguments: path of the network
# namespace, file for the user namespace, what sysctl(8) is to set.
#
# In the user namespace all users keep their numbers, but capabilities(7) count only over what is
# made in that namespace. No other user namespaces can be made in it, and no namespaces of cgroups.

set -e
# The process that holds the new namespaces is killed once the namespaces have names.
# shellcheck disable=SC2016
unshare --user --net sh -c 'echo "$$"; exec sleep infinity' | {
  read -r pid
  trap 'kill "$pid"' EXIT
  for map in uid_map gid_map; do echo "0 0 4294967295" >"/proc/$pid/$map"; done
  ip netns attach "${1##*/}" "$pid"
  touch "$2"
  mount --bind "/proc/$pid/ns/user" "$2"
  nsenter --user="$2" sh -euc '
    for kind in user cgroup; do echo 0 >"/proc/sys/user/max_${kind}_namespaces"; done'
  netns=$1
  shift 2
  nsenter --net="$netns" sh -c 'ip link set dev lo up; sysctl --quiet -w "$@"' sh "$@"
}
