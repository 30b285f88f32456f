#!/bin/sh
# Removes the names of a device's namespaces of users and network, where they are there: the kernel
# ends what nobody is in. Arguments: path of the network namespace, file of the user namespace.

set -e
if [ -e "$2" ]; then
  umount "$2"
  rm "$2"
fi
[ ! -e "$1" ] || ip netns delete "${1##*/}"
