#!/bin/sh
# Starts PID 1 of a machine, and waits for leave to go on. The script that furnishes the machine
# follows.
#
# Whoever started this script has by then written down whom to kill, or is dead. `unshare --pid`
# runs this shell without `--fork`. So the first child of the shell is PID 1 of the new namespace,
# later children live in that namespace, and the shell sees their numbers as the host has them.
# /proc is the host's until the script that follows mounts another. setsid keeps a terminal's Ctrl-C
# from the machine. tini reaps the machine's orphans.

set -eu
setsid tini -- sleep infinity </dev/null >/dev/null 2>&1 &
# The starter may be dead before it is told, and writing to its pipe would then end this script.
trap '' PIPE
if ! { read -r stat <"/proc/$!/stat" && printf '%s\n' "$stat" && read -r _; }; then
  kill -KILL "$!"
  exit 1
fi
trap - PIPE
