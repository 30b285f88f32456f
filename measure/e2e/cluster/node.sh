#!/bin/bash
# Kills a node of the running cluster as a power cut does, or starts it with what is on its disk.
# usage: node.sh kill|start N
set -euo pipefail
. "$(dirname "$0")/lib.sh"
case ${1:-} in
  kill) kill_machine "node$2" ;;
  start) [ ! -e "$RUN/node$2.pid" ] || die "node$2 is up"; start_node "$2" ;;
  *) die "usage: node.sh kill|start N" ;;
esac
