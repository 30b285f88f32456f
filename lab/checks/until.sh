#!/bin/sh
# Repeats a command each second until it succeeds or time is up, and then prints what the last
# attempt said. Arguments: seconds, the command.

deadline=$(($(date +%s) + $1))
shift
until output=$(timeout "$((deadline - $(date +%s) + 1))" "$@" 2>&1 </dev/null); do
  [ "$(date +%s)" -lt "$deadline" ] || {
    printf '%s\n' "$output"
    exit 1
  }
  sleep 1
done
