#!/bin/sh
# Removes control groups with all below, and the folder above each where that is then empty. Kills
# what is in them. Arguments: the groups; what is not there, is well.

for group; do
  [ -d "$group" ] || continue
  # These are numbers of processes.
  # shellcheck disable=SC2038
  find "$group" -name cgroup.procs -exec cat {} + | xargs -r kill -KILL 2>/dev/null
  find "$group" -depth -type d -exec rmdir {} + || exit
  rmdir "${group%/*}" 2>/dev/null || :
done
