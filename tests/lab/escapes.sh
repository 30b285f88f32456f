#!/bin/bash
# Tries to get from a device to the machine. Every try is harmless where it succeeds.
# Arguments: the decoy's name, a folder to write in, a folder shared with the machine. Prints the
# names of the tries that succeeded.
decoy=$1 here=$2 shared=$3

# Runs a command, or only names it where the decoy is called `list`. What the command says does not
# matter.
try() {
  name=$1
  shift
  [ "$decoy" != list ] || { echo "$name"; return; }
  (cd "$here" && "$@") </dev/null >/dev/null 2>&1 && echo "$name"
}

# Writes into a file what the file holds already.
rewrite() { value=$(cat "$1") && printf '%s\n' "$value" >"$1"; }

# A system call with arguments that no kernel takes. EPERM means that the kernel refuses to try the
# call. Any other answer means that the kernel tried.
call() {
  perl -e '
    my ($amd64, $arm64, @args) = @ARGV;
    my $number = `uname -m` =~ /x86_64/ ? $amd64 : $arm64;
    exit(syscall($number + 0, map { /^-?\d+$/ ? $_ + 0 : "$_" } @args) < 0 && $! == 1)
  ' "$@"
}

mounted() { mkdir -p "$here/$1" && mount -t "$1" none "$here/$1"; }
fresh_proc() { mounted proc && rewrite "$here/proc/sys/vm/swappiness"; }
fresh_sysfs() { mounted sysfs && rewrite "$here"/sysfs/block/*/queue/read_ahead_kb; }
unmask() {
  umount -l /proc/sys
  mount -o remount,bind,rw /proc/sys
  rewrite /proc/sys/vm/swappiness
}
open_node() { mknod "$here/node" c 1 11 && exec 3<"$here/node"; }
# shellcheck disable=SC2016
own_cgroups() {
  mkdir -p "$here/cgroup" && unshare --cgroup sh -c '
    mount -t cgroup2 none "$1" || mount -t cgroup -o pids none "$1"' sh "$here/cgroup"
}
leave_cgroup() {
  mkdir -p "$here/groups" &&
    { mount -t cgroup2 none "$here/groups" || mount -t cgroup -o pids none "$here/groups"; } &&
    echo 0 >"$here/groups/cgroup.procs"
}
count_pages() { test "$(head -c 8 /proc/kpagecount | wc -c)" = 8; }
hurry() { test "$(nice -n -40 nice)" = -20; }
first_block() { rewrite "$(find /sys/block/*/queue/read_ahead_kb | head -n 1)"; }

for dir in etc home opt root srv usr/../var/lib var/log var/spool; do
  try "a file of people in /$dir" test -e "/$dir/$decoy"
done
try "a folder of people at the top" test -e "/$decoy"
try "sysctl vm" rewrite /proc/sys/vm/swappiness
try "sysctl kernel.core_pattern" rewrite /proc/sys/kernel/core_pattern
try "sysctl kernel.panic" rewrite /proc/sys/kernel/panic
try "sysctl fs" rewrite /proc/sys/fs/file-max
try "sysctl unmasked" unmask
try "a fresh /proc" fresh_proc
try "interrupts" rewrite /proc/irq/default_smp_affinity
try "pages of memory" count_pages
try "/sys" first_block
try "a fresh /sys" fresh_sysfs
try "devtmpfs" mounted devtmpfs
try "debugfs" mounted debugfs
try "a device node" open_node
try "a read-only machine" mount -o remount,ro "$shared"
try "a user namespace" unshare --user true
try "a cgroup namespace" own_cgroups
try "another cgroup" leave_cgroup
try "priority" hurry
try "real time" chrt --fifo 1 true
try "init_module" call 175 105 0 0 ""
try "finit_module" call 313 273 -1 "" 0
try "delete_module" call 176 106 no-such-module 0
try "kexec_load" call 246 104 0 0 0 65535
try "kexec_file_load" call 320 294 -1 -1 0 "" 65535
try "reboot" call 169 142 0 0 0 0
try "settimeofday" call 164 170 0 0
try "swapon" call 167 224 /no/such/file 0
try "swapoff" call 168 225 /no/such/file
try "acct" call 163 89 /no/such/file
try "bpf" call 321 280 99 "" 0
try "perf_event_open" call 298 241 0 0 -1 -1 0
try "syslog" call 103 116 9 0 0
try "keyctl" call 250 219 0 -4 0
try "open_by_handle_at" call 304 265 -1 "" 0
try "io_uring_setup" call 425 425 0 0
