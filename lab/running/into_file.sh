#!/bin/bash
# Writes what a command prints into a file, up to a number of bytes. What the command starts may
# outlive it, so each end of the pipe has the time limit.
# Arguments: seconds, file, number of bytes that are too many, command.

set -o pipefail
seconds=$1 file=$2 limit=$3
shift 3
timeout --signal=KILL "$seconds" "$@" | timeout --signal=KILL "$seconds" head -c "$limit" >"$file"
