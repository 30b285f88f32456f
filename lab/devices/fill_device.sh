#!/bin/bash
# Lays what was put ready in a device over its root, from inside the device. Argument: name.
#
# Files are treated as Kathara does it: text files lose Windows' line ends and byte order mark, FRR
# owns its configuration, and a web server may read everything. Everyone may read the skeleton's
# files, whatever umask it was checked out with.

set -eu -o pipefail
cr=$(printf '\r') bom=$(printf '\357\273\277')

# Copies a folder over the root. Arguments: the folder, more options of tar(1). tar keeps links such
# as /bin in place and leaves the modes of folders that are there. All files become root's.
lay() {
  from=$1
  shift
  tar -C "$from" --owner=0 --group=0 --exclude=.DS_Store "$@" -cf - . |
    tar -C / --keep-directory-symlink --no-overwrite-dir -xf -
}

rm -f /etc/frr/frr.conf
printf '%s\n' "$1" >/etc/hostname
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$1" >/etc/hosts
lay "$READY/skeleton" --mode=go=u-w
for script in "$1.startup" "$1.shutdown" shared.startup shared.shutdown; do
  [ ! -f "$READY/$script" ] ||
    install -D -m 755 "$READY/$script" "$READY/files$DEVICE_SCRIPTS/$script"
done
{ grep -rlIZ -e "$cr\$" -e "^$bom" "$READY/files" || :; } |
  xargs -0r sed -i -e "1s/^$bom//" -e "s/$cr\$//"
lay "$READY/files"
# Kathara has a device's own folder there, too.
if [ -n "$(ls -A "$READY/files")" ]; then
  mkdir -p "$DEVICE_SCRIPTS/$1"
  tar -C "$READY/files" --exclude="./${DEVICE_SCRIPTS#/}" -cf - . |
    tar -C "$DEVICE_SCRIPTS/$1" --no-same-owner -xf -
fi
rm -rf "$READY"
# Labs for Quagga give files to Quagga's user, which is FRR's user under the old name.
if frr=$(getent passwd frr) && ! getent passwd quagga >/dev/null; then
  printf '%s\n' "quagga${frr#frr}" >>/etc/passwd
  printf 'quagga:x:%s:\nquaggavty:x:%s:\n' "$(id -g frr)" "$(getent group frrvty | cut -d: -f3)" >>/etc/group
fi
install -d -o frr -g frr /etc/quagga /var/log/quagga 2>/dev/null || :
[ ! -d /etc/frr ] || chown -hR frr:frr /etc/frr
find /etc/frr -type f -exec chmod 640 {} + 2>/dev/null || :
find /var/www -mindepth 1 ! -type l -exec chmod 777 {} + 2>/dev/null || :
