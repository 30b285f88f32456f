#!/bin/sh
# Runs a device's startups into its logs and prints what the logs say, until the startups have ended
# or time is up. Arguments: seconds, device, lines of `exec`.
#
# A program that a startup leaves running holds the logs open, not the pipe that this script prints
# to. tail(1) ends with the startups. Where tail's time is up first, the startups go on.

run() {
  [ ! -f "$1" ] || BASH_ENV=/usr/lib/megalos-lab/report_errors.bash bash "$1"
}

: >"$SHARED_LOG"
: >"$STARTUP_LOG"
{
  run "$DEVICE_SCRIPTS/shared.startup" >"$SHARED_LOG" 2>&1
  {
    run "$DEVICE_SCRIPTS/$2.startup"
    bash -c "$3"
    touch "$END_OF_STARTUP"
  } >"$STARTUP_LOG" 2>&1
} </dev/null >/dev/null 2>&1 &
timeout "$1" tail --quiet --follow --lines=+1 --sleep-interval=0.1 --pid="$!" \
  "$SHARED_LOG" "$STARTUP_LOG"
