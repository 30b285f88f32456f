#!/bin/sh
# Prints two lines for each device of a node: whether it runs, and its interfaces as JSON.
# Arguments: for each device the name of its network namespace, and the number of its PID 1 or
# nothing.

while [ $# -gt 0 ]; do
  if kill -0 "$2" 2>/dev/null; then echo running; else echo ended; fi
  ip -json -netns "$1" address show 2>/dev/null || echo '[]'
  shift 2
done
