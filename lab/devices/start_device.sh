#!/bin/sh
# Starts a device in namespaces of its own: mounts its view of the machine, copies the lab's files
# over it, begins its PID 1 and prints the number that PID 1 has on the node.
# Arguments: name, folder for the root, what of the node is /shared, the lab's folder, the skeleton.

set -eu

# Leads to a root with the node's files below and the device's writes above; the node is at /mnt.
mount_root() {
  printf %s "$1" >/proc/sys/kernel/hostname
  mount -t tmpfs -o mode=755 tmpfs "$2"
  cd "$2"
  mkdir upper work root
  mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
  cd root
  mount -t sysfs sysfs sys
  mount -t tmpfs -o mode=755 tmpfs run
  for dir in tmp var/tmp; do mount -t tmpfs -o mode=1777 tmpfs $dir; done
  mount -t tmpfs -o mode=755 tmpfs dev
  mount -t tmpfs -o mode=755 tmpfs var/log
  (cd /var/log && find . -type d -print0) |
    tar -C /var/log --null --no-recursion --files-from=- -c | tar -C var/log -x
  mkdir -p shared
  mount --bind "$3" shared
  mkdir -m 1777 run/lock dev/shm
  install -d -o frr -g frr run/frr var/log/frr
  make_devices
  pivot_root . mnt
}

make_devices() {
  mkdir dev/pts dev/net
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
  mknod -m 666 dev/null c 1 3
  mknod -m 666 dev/zero c 1 5
  mknod -m 666 dev/full c 1 7
  mknod -m 666 dev/random c 1 8
  mknod -m 666 dev/urandom c 1 9
  mknod -m 666 dev/tty c 5 0
  mknod -m 666 dev/net/tun c 10 200
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  ln -s fd/0 dev/stdin
  ln -s fd/1 dev/stdout
  ln -s fd/2 dev/stderr
}

# Copies a folder over the root. Arguments: the folder, more options of tar(1). tar keeps links such
# as /bin in place and leaves the modes of folders that are there. All files become root's.
lay() {
  from=$1
  shift
  tar -C "$from" --owner=0 --group=0 --exclude=.DS_Store "$@" -cf "$tar" .
  tar -C / --keep-directory-symlink --no-overwrite-dir -xf "$tar"
  rm "$tar"
}

# Copies the skeleton and the lab's files over the root as Kathara does it: text files lose Windows'
# line ends and byte order mark, FRR owns its configuration, and a web server may read everything.
# Everyone may read the skeleton's files, whatever umask it was checked out with.
copy_files() {
  cr=$(printf '\r') bom=$(printf '\357\273\277') tar=/mnt$2/folder.tar files=/mnt$2/files
  rm -f /etc/frr/frr.conf /etc/hosts /etc/hostname
  printf '%s\n' "$1" >/etc/hostname
  printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$1" >/etc/hosts
  lay "/mnt$5" --mode=go=u-w
  mkdir "$files"
  [ ! -d "/mnt$4/$1" ] || cp -a "/mnt$4/$1/." "$files"
  for script in "$1.startup" "$1.shutdown" shared.startup shared.shutdown; do
    [ ! -f "/mnt$4/$script" ] ||
      install -D -m 755 "/mnt$4/$script" "$files$DEVICE_SCRIPTS/$script"
  done
  grep -rlIZ -e "$cr\$" -e "^$bom" "$files" | xargs -0r sed -i -e "1s/^$bom//" -e "s/$cr\$//"
  lay "$files"
  rm -rf "$files"
  [ ! -d /etc/frr ] || chown -hR frr:frr /etc/frr
  find /etc/frr -type f -exec chmod 640 {} + 2>/dev/null || :
  find /var/www -mindepth 1 ! -type l -exec chmod 777 {} + 2>/dev/null || :
}

# umount(8) needs /proc, and PID 1 must be the first child of what has asked for a PID namespace:
# hence a second shell, which starts PID 1 first and prints its number.
begin() {
  cd /
  # shellcheck disable=SC2016
  exec unshare --pid sh -c '
set -eu
setsid tini -- sleep infinity </dev/null >/dev/null 2>&1 &
mount -t proc proc /proc
umount -l /mnt
echo "$!"
'
}

main() {
  mount_root "$@"
  copy_files "$@"
  begin
}
main "$@"
