# What bash in a device says of a program that is not found: which Debian package has it, and how
# that package is installed. A line that `lab exec` runs reads this file as its BASH_ENV, which the
# programs of that line do not get.
unset BASH_ENV

command_not_found_handle() {
  local package programs
  echo "${0##*/}: $1: command not found" >&2
  while read -r package programs; do
    case " $programs " in
      *" $1 "*)
        echo "The Debian package ${package%:} has it. On the lab's machine: lab install $1" >&2
        break
        ;;
    esac
  done </usr/lib/megalos-lab/packages.txt
  return 127
}
