#!/usr/bin/perl
# Lets devices find what was installed on the machine since they looked for it: the kernel keeps in
# mind which files an overlay does not have. Arguments: the numbers of setns(2) and mount(2), then
# the numbers of the devices' first processes, on their node.
#
# A remount makes the kernel forget. No program of a device is run: this process enters the device's
# mounts and makes system calls there.
use strict;
use warnings;

my ($setns, $mount) = splice @ARGV, 0, 2;
my ($CLONE_NEWNS, $MS_NODEV, $MS_REMOUNT) = (0x20000, 4, 32);
for my $pid (@ARGV) {
  my $child = fork // die "Cannot look into the device of process $pid: $!\n";
  if ($child) {
    waitpid $child, 0;
    next;
  }
  # A device that has just ended has forgotten everything.
  open my $mounts, '<', "/proc/$pid/ns/mnt" or exit;
  syscall($setns + 0, fileno $mounts, $CLONE_NEWNS) == 0 or exit 1;
  for my $dir (qw(/usr /bin /sbin /lib /lib32 /lib64 /libx32 /var/lib/dpkg)) {
    my ($source, $target, $none) = ('none', $dir, '');
    # What is no mount of its own is refused, and there is nothing to forget then.
    syscall($mount + 0, $source, $target, $none, $MS_REMOUNT | $MS_NODEV, $none);
  }
  exit;
}
