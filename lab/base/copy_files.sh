#!/bin/sh
# Copies files of the machine into a folder, with owners and modes. Folders are copied without what
# is in them. Argument: the folder. Standard input: paths without their first slash, each with a NUL
# after it. A missing file is named, and is no failure.

tar -C / --create --no-recursion --null --verbatim-files-from --files-from=- --ignore-failed-read |
  tar -C "$1" --extract --preserve-permissions --numeric-owner
