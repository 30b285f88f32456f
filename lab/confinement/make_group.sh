#!/bin/sh
# Makes a control group and sets its limits. Arguments: a group that is there, controllers that each
# group hands on to the next (version 2) or nothing, path below that group, then FILE VALUE pairs.

set -e
group=$1 handed=$2 path=$3
shift 3
IFS=/
for folder in $path; do
  [ -z "$handed" ] || echo "$handed" >"$group/cgroup.subtree_control"
  group=$group/$folder
  [ -d "$group" ] || mkdir "$group" 2>/dev/null || [ -d "$group" ]
done
while [ $# -gt 0 ]; do
  printf '%s\n' "$2" >"$group/$1"
  shift 2
done
