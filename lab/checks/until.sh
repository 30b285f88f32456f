#!/bin/sh
# Repeats a command each second until it succeeds or time is up, and then prints what the last
# attempt said. On a slow machine the pause is as long as an attempt: checks are not to keep from
# working what they wait for. Arguments: seconds, the command.

began=$(date +%s)
deadline=$((began + $1))
shift
until output=$(timeout "$((deadline - began + 1))" "$@" 2>&1 </dev/null); do
  now=$(date +%s)
  [ "$now" -lt "$deadline" ] || {
    printf '%s\n' "$output"
    exit 1
  }
  took=$((now - began))
  [ "$took" -gt 2 ] || took=1
  sleep "$took"
  began=$(date +%s)
done
