#!/bin/sh
# Makes in a base what packages make when they are installed: /bin and its like, which are links or
# folders as on the machine, keys of BIND and of SSH's server, which are new ones, and the folders
# of FRR and of servers of files.
# Argument: the folder of the base.

for path in /bin /sbin /lib*; do
  if [ -L "$path" ]; then cp -a "$path" "$1"; elif [ -d "$path" ]; then mkdir "$1$path"; fi
done

if command -v rndc-confgen >/dev/null && [ -d "$1/etc/bind" ]; then
  rndc-confgen -a -c "$1/etc/bind/rndc.key" && chown bind:bind "$1/etc/bind/rndc.key"
fi >/dev/null 2>&1
if command -v sshd >/dev/null && [ -d "$1/etc/ssh" ]; then
  for type in ecdsa ed25519; do
    ssh-keygen -q -t "$type" -N "" -C "" -f "$1/etc/ssh/ssh_host_${type}_key"
  done
fi
for user in ftp tftp; do
  [ -z "$(getent passwd "$user")" ] || install -d -o "$user" "$1/srv/$user"
done
install -d -o frr -g frr "$1/run/frr" "$1/var/log/frr"
