#!/bin/sh
# Removes control groups with all groups below, and the folder above each group where that folder is
# then empty. Kills the processes in these groups. Arguments: the groups. A group that does not
# exist is no failure.

for group; do
  [ -d "$group" ] || continue
  # The files hold numbers of processes, which have no blanks.
  # shellcheck disable=SC2038
  find "$group" -name cgroup.procs -exec cat {} + | xargs -r kill -KILL 2>/dev/null
  find "$group" -depth -type d -exec rmdir {} + || exit
  rmdir "${group%/*}" 2>/dev/null || :
done
