#!/bin/sh
# Has the kernel keep more frames that wait for a processor. Argument: how many at least. Prints how
# many it kept before, where that was fewer; nothing where it keeps enough, or in a network
# namespace that does not have the setting. Runs in a mount namespace of its own.

set -e

setting=/proc/sys/net/core/netdev_max_backlog
[ -e "$setting" ] || exit 0
before=$(cat "$setting")
[ "$before" -lt "$1" ] || exit 0
# A container has a read-only mount on /proc/sys.
mount -o remount,bind,rw /proc/sys 2>/dev/null || :
echo "$1" >"$setting"
echo "$before"
