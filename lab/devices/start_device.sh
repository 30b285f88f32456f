#!/bin/sh
# Starts a device: mounts what it sees of the machine, puts ready what its lab brings, begins its
# PID 1 and prints the number that PID 1 has on the node.
# Arguments: name, room in bytes, an empty folder to mount on, the base, what is /shared, the lab's
# folder, the skeleton, the user namespace's file, PID 1's script, the path of the lab's folder on
# the machine, the command line that drops capabilities.

set -eu
name=$1 room=$2 top=$3 base=$4 shared=$5 lab=$(realpath "$6") skeleton=$7
exec 9<"$8"
init=$9
shift 9
original=$1
shift

# Mounts a folder below the device's own writes. Device nodes work in /dev only, whatever files a
# lab brings. Arguments: what the folder is called among the writes, the folder, where to mount it.
lay() {
  mkdir -p "upper/$1" "work/$1"
  mount -t overlay -o "nodev,lowerdir=$2,upperdir=upper/$1,workdir=work/$1" overlay "$3"
}

# All that a device writes lies in one file system of limited size. /usr and dpkg's state are the
# machine's, and so is what packages have in /opt; all else is the base's.
mount_root() {
  mount -t tmpfs -o "mode=755,nodev,size=$room" tmpfs "$top"
  cd "$top"
  mkdir root
  lay root "$base" root
  for dir in usr bin sbin lib lib32 lib64 libx32 var/lib/dpkg; do
    [ ! -d "root/$dir" ] || [ -L "root/$dir" ] || lay "$dir" "/$dir" "root/$dir"
  done
  for dir in root/opt/*; do
    from=$NODE_OPT/${dir##*/}
    [ ! -d "$from" ] || lay "${dir#root/}" "$from" "$dir"
  done
}

inside() {
  case $(realpath "$1") in
    "$lab"/*) ;;
    *)
      echo "$1 is a link that leads out of the lab" >&2
      return 1
      ;;
  esac
}

# Prints where a link leads to on the node, where the lab's folder may lie elsewhere than on the
# machine. Argument: a link.
resolve() {
  target=$(readlink "$1")
  case $target in
    "$original" | "$original"/*) realpath -e "$lab${target#"$original"}" 2>/dev/null ;;
    *) realpath -e "$1" 2>/dev/null ;;
  esac
}

# As in Kathara, a link to something of the lab becomes what it leads to. Any other link stays a
# link to a file of the device's own, because a lab with a link to the machine's files is refused.
follow_links() {
  find "$lab/$name" -type l | while IFS= read -r link; do
    target=$(resolve "$link") || continue
    case $target in
      "$lab"/*) ;;
      *) continue ;;
    esac
    copy="root$READY/files${link#"$lab/$name"}"
    rm -f "$copy"
    cp -a "$target" "$copy"
  done
}

# Here the files are copied unchanged: a process of the device lays them in place.
put_ready() {
  mkdir -p "root$READY/files"
  cp -a "$skeleton/." "root$READY/skeleton"
  if [ -d "$lab/$name" ]; then
    inside "$lab/$name"
    cp -a "$lab/$name/." "root$READY/files"
    follow_links
    # A device gets no FIFO, socket or device node of its lab; the lab has named them.
    find "root$READY/files" ! -type f ! -type d ! -type l -delete
  fi
  for script in "$name.startup" "$name.shutdown" shared.startup shared.shutdown; do
    [ -f "$lab/$script" ] || continue
    inside "$lab/$script"
    install -m 755 "$lab/$script" "root$READY/$script"
  done
}

mount_others() {
  mount --bind "$shared" root/shared
  mount -o remount,bind,nodev,nosuid root/shared
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs root/sys
  mount -t tmpfs -o mode=755,nosuid,noexec,size=64k tmpfs root/dev
  cd root/dev
  mkdir pts net shm
  mount -t tmpfs -o mode=1777,nosuid,nodev,size=64m tmpfs shm
  mount -t devpts -o newinstance,nosuid,noexec,ptmxmode=0666,mode=620,gid=5 devpts pts
  mknod -m 666 null c 1 3
  mknod -m 666 zero c 1 5
  mknod -m 666 full c 1 7
  mknod -m 666 random c 1 8
  mknod -m 666 urandom c 1 9
  mknod -m 666 tty c 5 0
  mknod -m 666 net/tun c 10 200
  ln -s pts/ptmx ptmx
  ln -s /proc/self/fd fd
  ln -s fd/0 stdin
  ln -s fd/1 stdout
  ln -s fd/2 stderr
  cd ..
}

mount_root
put_ready
mount_others
pivot_root . mnt
cd /
# PID 1 is the first child of what has asked for a PID namespace.
# shellcheck disable=SC2016
exec unshare --pid sh -c '
init=$1
shift
setsid sh -c "$init" sh "$@" </dev/null &
echo "$!"
' sh "$init" "$name" "$@"
