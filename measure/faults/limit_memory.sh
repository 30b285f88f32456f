#!/bin/sh
# Puts a process into a cgroup (v1 or v2) that may have no more memory, and prints the folder of
# that cgroup.
# Arguments: process.

set -e
if [ -d /sys/fs/cgroup/memory ]; then
  group=/sys/fs/cgroup/memory/megalos-faults-$$-$1
  limit=memory.limit_in_bytes
else
  group=/sys/fs/cgroup/megalos-faults-$$-$1
  limit=memory.max
fi
mkdir "$group"
echo 0 >"$group/$limit"
echo "$1" >"$group/cgroup.procs"
echo "$group"
