#!/bin/sh
# Runs in the LAN namespace: lists and sets the switches that are not as they should be, and pins
# the namespace. Arguments: list, set, mend or `pin PATH`; then FILE VALUE ... below /proc/sys.

set -e

# Calls a function with the name and the right value of each switch that differs. So only what
# differs is written, and a read-only /proc/sys is no error where everything is right.
# All of this is builtins of the shell, whose `read` takes a byte at a time: the kernel gives the
# first byte only, which is the value, and then says that the file ends.
for_each_wrong() {
  act=$1
  shift
  while [ $# -ge 2 ]; do
    if [ -e "/proc/sys/$1" ]; then
      read -r value <"/proc/sys/$1" || :
      [ "$value" = "$2" ] || "$act" "$1" "$2"
    fi
    shift 2
  done
}
print_name() {
  echo "$1"
}
write_value() {
  echo "$2" >"/proc/sys/$1"
}

pin() {
  mkdir -p "${1%/*}"
  [ -e "$1" ] || : >"$1"
  mount --bind /proc/self/ns/net "$1"
}

main() {
  verb=$1
  shift
  case $verb in
    list) for_each_wrong print_name "$@" ;;
    set) for_each_wrong write_value "$@" ;;
    mend)
      # A container has a read-only mount on /proc/sys. In a mount namespace of its own, which the
      # caller makes, it can be written.
      mount -o remount,bind,rw /proc/sys 2>/dev/null || :
      for_each_wrong write_value "$@"
      ;;
    pin)
      path=$1
      shift
      for_each_wrong write_value "$@"
      # This comes last, so that nobody meets the namespace half made.
      pin "$path"
      ;;
  esac
}
main "$@"
