// The launcher: what /opt/cni/bin/megalos is on a node with a manager. docs/call-protocol.md explains each step.
import { MAX_CONFIG_BYTES } from "../../shared/call_limits.ts";
import {
  ALIVE_FILE,
  ANSWER_LIMIT_S,
  BINARY_LIMIT_S,
  BINARY_LOCK_FILE,
  CALLS_DIR,
  HANDED_VERBS,
  SLOTS,
  TAKE_LIMIT_S,
  VARIABLES,
} from "./protocol.ts";

/** Name of the plugin binary beside the launcher. */
export const PLUGIN_BINARY = "megalos.bin";

const collectVariables = VARIABLES.map((name) =>
  `[ -z "\${${name}+set}" ] || set -- "$@" "${name}=$${name}"`
).join("\n");

/**
 * POSIX sh with coreutils and util-linux. On the usual way all but the watchdog are builtins: a process more costs as much as the
 * rest. `true > FILE` under `set -C` makes a file or fails (O_EXCL), and unlike `: >` never ends the shell.
 * It also is what makes the binary start at all: a compiled Deno program refuses to where getcwd(2) fails, which is how
 * thick Multus calls plugins (chroot without chdir), and a runtime may pass no PATH.
 */
export const LAUNCHER = `#!/bin/sh
# Written by the Megalos manager: hands a CNI call to it, or starts the plugin binary where it is away.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
MEGALOS_MANAGED=1
export PATH MEGALOS_MANAGED
unset LD_PRELOAD LD_LIBRARY_PATH
case $0 in
  /*) bin=\${0%/*} ;;
  *) bin=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) ;;
esac
cd /
calls=${CALLS_DIR}

end() {
  trap - EXIT
  exit "$1"
}
refuse() {
  printf '{"cniVersion":"1.1.0","code":11,"msg":"%s"}\\n' "$1"
  end 1
}
run_binary() {
  if [ -e ${BINARY_LOCK_FILE} ]; then
    flock -E 75 -w ${BINARY_LIMIT_S} ${BINARY_LOCK_FILE} "$bin/${PLUGIN_BINARY}"
  else
    "$bin/${PLUGIN_BINARY}"
  fi
  code=$?
  [ $code -ne 75 ] || refuse "Cannot start the plugin: other calls have kept it busy for ${BINARY_LIMIT_S} s"
  # It answers before it ends, by 0 or 1: anything else is the end of a program that was killed, or could not be started.
  [ $code -le 1 ] || refuse "Cannot answer: the plugin has ended with $code"
  end $code
}

case \${CNI_COMMAND-} in
  '' | VERSION) exec "$bin/${PLUGIN_BINARY}" ;;
esac
# A shell that cannot go on, because no process is to be had, still answers.
trap 'refuse "Cannot answer: the launcher could not go on"' EXIT
[ -d $calls/bell ] || run_binary

set -C
take() {
  { true >"$1"; } 2>/dev/null
}
# Answers by the binary, and leaves a note why.
run_binary_as() {
  case $CNI_COMMAND in
    ${HANDED_VERBS.join(" | ")}) take $calls/bell/$1.$CNI_COMMAND.$(($$ % ${SLOTS})) ;;
  esac
  run_binary
}
# In the manager's container a path in /proc means another process; and a link may lead there.
case \${CNI_NETNS-} in
  */..* | /run/netns/*/* | /var/run/netns/*/*) run_binary_as declined ;;
  '' | /run/netns/* | /var/run/netns/*) [ ! -L "\${CNI_NETNS-}" ] || run_binary_as declined ;;
  *) run_binary_as declined ;;
esac
# A stdin that is closed, a directory or a device (which may have no end) is not passed on; the binary says what is wrong with it.
{ [ -p /proc/self/fd/0 ] || [ -f /proc/self/fd/0 ] || [ -S /proc/self/fd/0 ]; } || run_binary_as declined
read -r id </proc/sys/kernel/random/uuid || run_binary_as declined
slot=$(($$ % ${SLOTS})) tries=0
until take $calls/$slot.claim; do
  tries=$((tries + 1)) slot=$(((slot + 1) % ${SLOTS}))
  [ $tries -lt ${SLOTS} ] || run_binary_as declined
done
call=$calls/$slot
ready=$calls/bell/$slot.$id
free_slot() {
  rm -f $call.request $call.config $call.claim
}
set --
${collectVariables}
if [ ! -p $call.answer ] || ! { printf '%s\\0' "$@" >$call.request; } 2>/dev/null; then
  free_slot
  run_binary_as declined
fi
# What runtimes write is one line without an end: it needs no process. Else the rest follows, one byte more than there may be, so that it
# shows. (No shell holds a NUL; the plugin leaves them out, too.)
read_config() {
  if IFS= read -r line; then
    printf '%s\\n' "$line" && head -c ${MAX_CONFIG_BYTES + 1}
  else
    printf %s "$line"
  fi
}
if ! read_config 2>/dev/null >$call.config; then
  free_slot
  refuse "Cannot hand the call over: $call.config cannot be written"
fi
command exec 5<$call.config
by_binary() {
  free_slot
  exec <&5 5<&- 6<&-
  run_binary_as fallenBack
}
# The watchdog ends when so many seconds are over (with 1, flock(1)) or the manager has ended (with 0). Until then it keeps the FIFO open for
# writing, so that reading comes to its end with it. It has none of the caller's streams, for a caller may read them to their end.
watch() {
  command exec 4<>$call.answer 6<$call.answer
  flock -s -w "$1" ${ALIVE_FILE} true </dev/null >&4 2>/dev/null 4<&- 5<&- 6<&- &
  watchdog=$!
  exec 4<&-
}
unwatch() {
  kill $watchdog 2>/dev/null
}
watch ${TAKE_LIMIT_S}
# Not before: without a process for the watchdog nothing has been done.
if ! take $ready; then
  unwatch
  by_binary
fi
settle() {
  unwatch
  { [ -e $call.$id ] && take $ready.settled; } ||
    refuse "Cannot take the answer: it came too late, and what was done has been undone"
}

# Ends the launcher where an answer comes.
read_answer() {
  while IFS= read -r line <&6; do
    case $line in
      "$id answer "*)
        settle
        line=\${line#"$id answer "}
        code=\${line%% *}
        line=\${line#* }
        [ -z "$line" ] || printf '%s\\n' "$line"
        end "$code"
        ;;
      "$id stdout "*)
        command exec 7<$call.stdout
        settle
        cat <&7
        end "\${line##* }"
        ;;
      "$id refuse "*)
        unwatch
        refuse "\${line#"$id refuse "}"
        ;;
    esac
  done
}
read_answer
if rm $ready 2>/dev/null; then by_binary; fi
watch ${ANSWER_LIMIT_S}
read_answer
wait $watchdog
case $? in
  0) refuse "Cannot answer: the manager ended during the call" ;;
  1) refuse "Cannot answer: the manager has not done so within ${ANSWER_LIMIT_S} s" ;;
  *) refuse "Cannot answer: the launcher's watchdog was killed" ;;
esac
`;
