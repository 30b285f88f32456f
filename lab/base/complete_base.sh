#!/bin/sh
# Makes in a base what packages make when they are installed: BIND's key, anew, and FRR's folders.
# Argument: the folder of the base.

if command -v rndc-confgen >/dev/null && [ -d "$1/etc/bind" ]; then
  rndc-confgen -a -c "$1/etc/bind/rndc.key" && chown bind:bind "$1/etc/bind/rndc.key"
fi >/dev/null 2>&1
install -d -o frr -g frr "$1/run/frr" "$1/var/log/frr"
