#!/bin/bash
# Stops what up.sh started, by the recorded pids. State and logs stay in $CACHE/run until the next up.sh.
# usage: down.sh   about 1 s.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
for m in $(machines); do kill_machine "$m"; done
say "down"
