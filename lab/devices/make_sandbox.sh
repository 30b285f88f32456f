#!/bin/sh
# Makes a network namespace on a node. Arguments: its path, what sysctl(8) is to set in it.

set -e
ip netns add "${1##*/}"
# sysctl(8) gets the path as the name of the inner shell, and the rest as its arguments.
# shellcheck disable=SC2016
exec nsenter --net="$1" sh -c 'ip link set dev lo up; sysctl --quiet -w "$@"' "$@"
