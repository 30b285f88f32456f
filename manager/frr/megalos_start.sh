#!/bin/bash
# Written by the Megalos manager: runs FRR in the foreground under watchfrr, which starts and
# restarts FRR's daemons.

set -e
run=/var/run/frr
# Whoever can open a lock can hold it, and FRR would wait for ever.
umask 077

# A PID file that an earlier container has left names another process by now: watchfrr.sh would end
# that process, and wait for its end.
remove_old_pid_files() {
  for file in "$run"/*.pid; do
    name=$(basename "$file" .pid) pid='' comm=''
    read -r pid <"$file" && read -r comm <"/proc/$pid/comm"
    [ "$comm" = "$name" ] || rm -f "$file"
  done 2>/dev/null
}

# A relay that was killed is back at once. One that ends by itself, such as one that cannot start,
# would only keep a processor busy.
keep_relay() {
  pause=0.02
  while sleep "$pause"; do
    "$RELAY_SCRIPT"
    [ $? -gt 128 ] && pause=0.02 || pause=1
  done
}

# A worker has one relay at a time, whoever starts watchfrr again. The relay is there before bgpd
# is, because bgpd would try again only after ten seconds.
start_relay() {
  exec 9>"$run/relay.lock"
  if [ -x "$RELAY_SCRIPT" ] && flock -n 9; then
    rm -f "$RELAY_SOCKET"
    keep_relay &
    tries=0
    until [ -S "$RELAY_SOCKET" ] || [ $((tries += 1)) -gt 250 ]; do sleep 0.02; done
  fi
  exec 9>&-
}

# The manager's container starts beside this one. A bgpd that is there before its configuration is
# has its sessions changed while it opens them, and loses seconds.
await_configuration() {
  tries=0
  until [ -e "$CONFIGURATION" ] || [ $((tries += 1)) -gt 500 ]; do sleep 0.02; done
}

# watchfrr restarts a daemon that is down even while its restart of all daemons is under way and has
# not come to that daemon. Where a daemon starts twice at once, one of the two is ended (with bgpd,
# zebra is, too), and all begins anew. So there is one restart at a time.
start_watchfrr() {
  once="flock --nonblock --conflict-exit-code 0 --close $run/restart.lock"
  # The variable holds several options, the function answers several names.
  # shellcheck disable=SC2046,SC2086,SC2154
  /usr/lib/frr/watchfrr $watchfrr_options \
    --restart "$once /usr/lib/frr/watchfrr.sh restart %s" $(daemon_list) &
  watchfrr=$!
}

# SIGTERM ends zebra hard and first: on a plain end, its own or bgpd's, zebra would delete the
# forwarding entries.
stop() {
  trap "" TERM INT
  kill -KILL "$watchfrr"
  for daemon in zebra bgpd; do
    read -r pid <"$run/$daemon.pid" && kill -KILL "$pid"
  done
  exit 0
}

main() {
  install -d -o frr -g frr -m 0755 "$run"
  # This knows which daemons this version of FRR has (from 10 on, mgmtd), and their order.
  # shellcheck source=/dev/null
  . /usr/lib/frr/frrcommon.sh
  set +e
  remove_old_pid_files
  # The manager has written the relay's settings before the configuration.
  await_configuration
  start_relay
  start_watchfrr
  trap stop TERM INT
  wait "$watchfrr"
}

# Whoever takes a daemon over has no more system calls than FRR needs. What this script starts has
# the filter, too.
if [ "${1-}" = confined ]; then
  main
else
  exec "$CONFINE_SCRIPT" "$0" confined
fi
