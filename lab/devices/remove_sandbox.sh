#!/bin/sh
# Removes the names of a device's namespaces of users and network, if they exist. The kernel ends
# every namespace that nobody is in. Arguments: path of the network namespace, file of the user
# namespace.

set -e
if [ -e "$2" ]; then
  umount "$2"
  rm "$2"
fi
[ ! -e "$1" ] || ip netns delete "${1##*/}"
