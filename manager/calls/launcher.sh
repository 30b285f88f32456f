#!/bin/sh
# Written by the Megalos manager: hands a CNI call to the manager, or to the plugin binary where the
# manager is away. docs/call-protocol.md explains each step.
#
# POSIX sh with coreutils and util-linux. On the usual way everything but the watchdog is a builtin:
# one more process costs as much as all the rest. `true >FILE` under `set -C` makes a file or fails
# (O_EXCL), and unlike `: >FILE` it never ends the shell.
# The launcher is also what lets the binary start at all: a compiled Deno program ends at once where
# getcwd(2) fails, and that is how thick Multus calls plugins (chroot without chdir). A runtime may
# also pass no PATH.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
MEGALOS_MANAGED=1
export PATH MEGALOS_MANAGED
unset LD_PRELOAD LD_LIBRARY_PATH

end() {
  trap - EXIT
  exit "$1"
}
refuse() {
  printf '{"cniVersion":"1.1.0","code":11,"msg":"%s"}\n' "$1"
  end 1
}

# Makes a file, or fails where the file is there.
take() {
  { true >"$1"; } 2>/dev/null
}

run_binary() {
  if [ -e "$BINARY_LOCK_FILE" ]; then
    flock -E 75 -w "$BINARY_LIMIT_S" "$BINARY_LOCK_FILE" "$bin/$PLUGIN_BINARY"
  else
    "$bin/$PLUGIN_BINARY"
  fi
  code=$?
  [ $code -ne 75 ] ||
    refuse "Cannot start the plugin: other calls have kept it busy for $BINARY_LIMIT_S s"
  # The plugin answers before it ends, with 0 or 1. Any other code comes from a program that was
  # killed or could not be started.
  [ $code -le 1 ] || refuse "Cannot answer: the plugin has ended with $code"
  end $code
}
# Answers by the binary, and leaves a note that says why: declined or fallenBack.
run_binary_as() {
  case $CNI_COMMAND in
    ADD | DEL | CHECK | GC | STATUS)
      take "$CALLS_DIR/bell/$1.$CNI_COMMAND.$(($$ % SLOTS))"
      ;;
  esac
  run_binary
}

# In the manager's container a path in /proc means another process, and a link may lead there.
check_netns() {
  case ${CNI_NETNS-} in
    */..* | /run/netns/*/* | /var/run/netns/*/*) run_binary_as declined ;;
    '' | /run/netns/* | /var/run/netns/*)
      [ ! -L "${CNI_NETNS-}" ] || run_binary_as declined
      ;;
    *) run_binary_as declined ;;
  esac
}
# A stdin that is closed, a directory or a device (which may have no end) is not passed on: the
# binary says what is wrong with it.
check_stdin() {
  [ -p /proc/self/fd/0 ] || [ -f /proc/self/fd/0 ] || [ -S /proc/self/fd/0 ] ||
    run_binary_as declined
}

claim_slot() {
  read -r id </proc/sys/kernel/random/uuid || run_binary_as declined
  slot=$(($$ % SLOTS)) tries=0
  until take "$CALLS_DIR/$slot.claim"; do
    tries=$((tries + 1)) slot=$(((slot + 1) % SLOTS))
    [ "$tries" -lt "$SLOTS" ] || run_binary_as declined
  done
  call=$CALLS_DIR/$slot
  ready=$CALLS_DIR/bell/$slot.$id
}
free_slot() {
  rm -f "$call.request" "$call.config" "$call.claim"
}

# The variables that are set, byte for byte.
write_request() {
  set --
  [ -z "${CNI_COMMAND+set}" ] || set -- "$@" "CNI_COMMAND=$CNI_COMMAND"
  [ -z "${CNI_CONTAINERID+set}" ] || set -- "$@" "CNI_CONTAINERID=$CNI_CONTAINERID"
  [ -z "${CNI_NETNS+set}" ] || set -- "$@" "CNI_NETNS=$CNI_NETNS"
  [ -z "${CNI_IFNAME+set}" ] || set -- "$@" "CNI_IFNAME=$CNI_IFNAME"
  [ -z "${CNI_PATH+set}" ] || set -- "$@" "CNI_PATH=$CNI_PATH"
  [ -z "${CNI_ARGS+set}" ] || set -- "$@" "CNI_ARGS=$CNI_ARGS"
  [ -z "${CNI_NETNS_OVERRIDE+set}" ] || set -- "$@" "CNI_NETNS_OVERRIDE=$CNI_NETNS_OVERRIDE"
  if [ ! -p "$call.answer" ] || ! { printf '%s\0' "$@" >"$call.request"; } 2>/dev/null; then
    free_slot
    run_binary_as declined
  fi
}

# What runtimes write is one line without an end, which needs no process. Else the rest follows, up
# to one byte more than is allowed, so that the manager sees that it is too long. (No shell holds a
# NUL, and the plugin leaves them out, too.)
read_config() {
  if IFS= read -r line; then
    printf '%s\n' "$line" && head -c "$READ_BYTES"
  else
    printf %s "$line"
  fi
}
write_config() {
  if ! read_config 2>/dev/null >"$call.config"; then
    free_slot
    refuse "Cannot hand the call over: $call.config cannot be written"
  fi
  command exec 5<"$call.config"
}
# Gives the call up: stdin, which has been read, comes from the slot's file.
fall_back() {
  free_slot
  exec <&5 5<&- 6<&-
  run_binary_as fallenBack
}

# The watchdog ends when its seconds are over (with 1, flock(1)) or when the manager has ended
# (with 0). Until then the watchdog keeps the FIFO open for writing, so that reading comes to its
# end with the watchdog. The watchdog has none of the caller's streams, because a caller may read
# them to their end. (The FIFO is opened for both ways on purpose: so opening it never waits.)
watch() {
  # shellcheck disable=SC2094
  command exec 4<>"$call.answer" 6<"$call.answer"
  flock -s -w "$1" "$ALIVE_FILE" true </dev/null >&4 2>/dev/null 4<&- 5<&- 6<&- &
  watchdog=$!
  exec 4<&-
}
unwatch() {
  kill $watchdog 2>/dev/null
}

settle() {
  unwatch
  { [ -e "$call.$id" ] && take "$ready.settled"; } ||
    refuse "Cannot take the answer: it came too late, and what was done has been undone"
}
# Ends the launcher where an answer comes.
read_answer() {
  while IFS= read -r line <&6; do
    case $line in
      "$id answer "*)
        settle
        line=${line#"$id answer "}
        code=${line%% *}
        line=${line#* }
        [ -z "$line" ] || printf '%s\n' "$line"
        end "$code"
        ;;
      "$id stdout "*)
        command exec 7<"$call.stdout"
        settle
        cat <&7
        end "${line##* }"
        ;;
      "$id refuse "*)
        unwatch
        refuse "${line#"$id refuse "}"
        ;;
    esac
  done
}
# The manager has taken the call, and its answer has not come.
explain_silence() {
  wait $watchdog
  case $? in
    0) refuse "Cannot answer: the manager ended during the call" ;;
    1) refuse "Cannot answer: the manager has not done so within $ANSWER_LIMIT_S s" ;;
    *) refuse "Cannot answer: the launcher's watchdog was killed" ;;
  esac
}

main() {
  case $0 in
    /*) bin=${0%/*} ;;
    *) bin=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) ;;
  esac
  cd /
  case ${CNI_COMMAND-} in
    '' | VERSION) exec "$bin/$PLUGIN_BINARY" ;;
  esac
  # A shell that cannot go on, because no process is to be had, still answers.
  trap 'refuse "Cannot answer: the launcher could not go on"' EXIT
  [ -d "$CALLS_DIR/bell" ] || run_binary
  set -C
  check_netns
  check_stdin
  claim_slot
  write_request
  write_config
  watch "$TAKE_LIMIT_S"
  # The call is made ready only when the watchdog runs: where no process is to be had for the
  # watchdog, nothing has been done yet.
  if ! take "$ready"; then
    unwatch
    fall_back
  fi
  read_answer
  if rm "$ready" 2>/dev/null; then fall_back; fi
  watch "$ANSWER_LIMIT_S"
  read_answer
  explain_silence
}
main
