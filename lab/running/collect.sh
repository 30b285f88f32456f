#!/bin/bash
# Prints an archive (tar) of the files that were changed in a device, from inside the device. It
# names on stderr what it leaves: what is neither a file nor a link.
# Arguments: folders, separated by blanks, then what find(1) is to leave out.
#
# A file counts as changed when it is newer than the end of the startup, or than the device where
# the startup has not ended. Links are not followed.

set -eu -o pipefail
folders=$1
shift
cd /
since=etc/hostname
[ ! -f "$END_OF_STARTUP" ] || since=$END_OF_STARTUP

# Arguments: what find(1) is to leave out.
list() {
  for start in $folders; do
    [ ! -d "$start" ] || [ -L "$start" ] ||
      find "./$start" -xdev "$@" -o ! -type d -cnewer "$since" -printf '%y %p\0'
  done
}

# 1 is tar's word for a file that changes while it is read.
list "$@" | while IFS= read -r -d '' found; do
  case $found in
    [fl]\ *) printf '%s\0' "${found#* }" ;;
    *) printf '%s\n' "$LEFT${found#* ./}" >&2 ;;
  esac
done | { tar --null --no-recursion --ignore-failed-read --files-from=- -cf - || [ $? = 1 ]; }
