#!/bin/bash
# Asks a node's manager whether it is ready, as kubelet's probe does, and prints the answer.
# Arguments: the number of the manager's process. Ends with $ENDED when that process is gone.
# (bash speaks HTTP where no other program needs to be installed.)

kill -0 "$1" || exit "$ENDED"
exec 3<>/dev/tcp/127.0.0.1/9470 || exit
printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
cat <&3
