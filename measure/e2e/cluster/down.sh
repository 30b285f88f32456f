#!/bin/bash
# Stops what up.sh started, by the recorded pids, in about 1 s. State and logs stay in $CACHE/run
# until the next up.sh.
# usage: down.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
for m in $(machines); do kill_machine "$m"; done
say "down"
