#!/bin/bash
# Runs a command in a machine of the cluster. "kubectl" finds its kubeconfig by itself.
# usage: in.sh cp kubectl get pods -A;  in.sh node1 bridge fdb
set -euo pipefail
. "$(dirname "$0")/lib.sh"
name=$1; shift
[ "$1" != kubectl ] || { shift; set -- "$BIN/kubectl" --kubeconfig "$RUN/pki/admin.conf" "$@"; }
in_machine "$name" "$@"
