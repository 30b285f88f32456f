#!/bin/sh
# Runs a device's shutdown scripts, its own and then the shared one, and prints what they said.
# Arguments: seconds, device. A program that a script leaves running holds the log open, not the
# pipe.

log=/var/log/shutdown.log
# shellcheck disable=SC2016
timeout --signal=KILL "$1" sh -c '
for script in "$1" shared; do
  [ ! -f "$2/$script.shutdown" ] || bash "$2/$script.shutdown"
done
' sh "$2" "$DEVICE_SCRIPTS" >"$log" 2>&1 </dev/null
cat "$log"
