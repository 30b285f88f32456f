#!/bin/sh
# Unpacks a file from the newest of the packages that apt-get has kept and that has the file, and
# prints the file's checksum. Arguments: folder to unpack into, folder of archives, path, package.

# The names of packages and their versions hold no blank.
# shellcheck disable=SC2012
ls -t "$2/$4"_*.deb 2>/dev/null | {
  while read -r archive; do
    dpkg-deb --fsys-tarfile "$archive" | tar -C "$1" -x "./${3#/}" && md5sum "$1$3" && exit
  done
  exit 1
}
