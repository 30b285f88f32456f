#!/bin/bash
# Puts the files of the archive on stdin into /mnt, where they differ from what is there and from
# what the device was given by its machine. Prints for each of them three texts, each with a NUL
# after it: `saved` or `left`, the path, and why the file is left.

set -eu
cd /tmp
tar --no-same-owner --no-same-permissions -xf -

left() { printf 'left\0%s\0%s\0' "$1" "$2"; }

# Prints why a path cannot be in the lab's folder.
refuse() {
  local at=/mnt rest=$1
  while [[ $rest == */* ]]; do
    at=$at/${rest%%/*} rest=${rest#*/}
    if [ -L "$at" ]; then echo "${at#/mnt/} is a link in the lab's folder" && return; fi
    if [ -e "$at" ] && [ ! -d "$at" ]; then echo "${at#/mnt/} is no folder there" && return; fi
  done
  if [ ! -L "$at/$rest" ] && [ -d "$at/$rest" ]; then echo "it is a folder there"; fi
}

# Prints why a link cannot be in the lab's folder: it would lead out of that folder.
refuse_link() {
  local target
  target=$(readlink "$1")
  case $target in
    /*) echo "it is a link to $target" && return ;;
  esac
  case $(realpath --canonicalize-missing --no-symlinks "/in/$(dirname "$1")/$target") in
    /in/*) ;;
    *) echo "it is a link to $target" ;;
  esac
}

# Whether a file is what the lab's folder has, or, where that has none, what the device was given.
is_same() {
  local other=/mnt/$1
  if [ ! -L "$other" ] && [ ! -e "$other" ]; then other=/$1; fi
  if [ -L "$1" ]; then
    [ -L "$other" ] && [ "$(readlink "$1")" = "$(readlink "$other")" ]
  else
    [ ! -L "$other" ] && [ -f "$other" ] && cmp -s "$1" "$other"
  fi
}

find . ! -type d -print0 | while IFS= read -r -d '' path; do
  path=${path#./}
  is_same "$path" && continue
  why=$(refuse "$path")
  if [ -z "$why" ] && [ -L "$path" ]; then
    why=$(refuse_link "$path")
  elif [ -z "$why" ] && [ ! -f "$path" ]; then
    why="it is neither a file nor a link"
  fi
  if [ -n "$why" ]; then
    left "$path" "$why"
    continue
  fi
  cp -P --parents --remove-destination --preserve=mode,timestamps "$path" /mnt
  printf 'saved\0%s\0\0' "$path"
done
