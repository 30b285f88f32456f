#!/usr/bin/perl
# Ends the devices of a node that fill the disk of /shared. That disk is the machine's, and few
# disks have a quota for a folder. Arguments: the number of statfs(2), the shared folder.
# Prints a line for each device that it ends: the number of the device's first process, and why.
#
# Whoever writes to a disk holds a file open for writing, or maps it. While little is free, devices
# that do so with a large file are ended. While half as little is free, all that do so are.
use strict;
use warnings;

my ($statfs, $shared) = @ARGV;
my $PAUSE_SECONDS = 0.25;
my $LARGE_BYTES = 16 * 2**20;
my $disk = (stat $shared)[0];
$| = 1;

# Bytes and inodes: how many are free, and how many there are.
sub observe {
  my $answer = "\0" x 128;
  syscall($statfs + 0, $shared, $answer) == 0 or die "Cannot look at $shared: $!\n";
  my (undef, $block, $blocks, $free, undef, $inodes, $free_inodes) = unpack 'q7', $answer;
  return ($free * $block, $blocks * $block, $free_inodes, $inodes);
}

sub least {
  my ($least, @others) = @_;
  for (@others) { $least = $_ if $_ < $least }
  return $least;
}

sub read_file {
  open my $file, '<', shift or return '';
  local $/;
  return scalar(<$file>) // '';
}

# The first process of each device of the node, by namespace of processes.
sub find_devices {
  my %first;
  for my $pid (list_processes()) {
    next unless read_file("/proc/$pid/status") =~ /^NSpid:\t$pid\t1$/m;
    $first{readlink("/proc/$pid/ns/pid") // ''} = $pid;
  }
  return \%first;
}

sub list_processes { return map { m{(\d+)} } glob '/proc/[0-9]*' }

# A device may have more namespaces of processes, which its own processes have made.
sub find_device_of {
  my ($pid, $first) = @_;
  while ($pid > 1) {
    my $found = $first->{readlink("/proc/$pid/ns/pid") // ''};
    return $found if defined $found;
    ($pid) = read_file("/proc/$pid/status") =~ /^PPid:\t(\d+)$/m or return;
  }
  return;
}

# Whether a process may write to a file of the disk that takes so many bytes.
sub writes {
  my ($pid, $least_bytes) = @_;
  my @files = grep {
    my ($flags) = read_file(s{/fd/}{/fdinfo/}r) =~ /^flags:\t(\d+)$/m;
    defined $flags && oct($flags) & 3
  } glob "/proc/$pid/fd/*";
  push @files, map { "/proc/$pid/map_files/$_" }
    read_file("/proc/$pid/maps") =~ /^([\da-f]+-[\da-f]+) .w.s/mg;
  for (@files) {
    my @stat = stat or next;
    return 1 if $stat[0] == $disk && -f _ && $stat[12] * 512 >= $least_bytes;
  }
  return 0;
}

my ($free, $bytes, $free_inodes, $inodes) = observe();
my $few_bytes = least($bytes / 20, 2 * 2**30, $free / 2);
my $few_inodes = least($inodes / 20, $free_inodes / 2);
while (1) {
  select undef, undef, undef, $PAUSE_SECONDS;
  ($free, undef, $free_inodes) = observe();
  next if $free >= $few_bytes && $free_inodes >= $few_inodes;
  my $is_less = $free < $few_bytes / 2 || $free_inodes < $few_inodes / 2;
  my $first = find_devices();
  for my $pid (list_processes()) {
    my $device = find_device_of($pid, $first) // next;
    next unless writes($pid, $is_less ? 0 : $LARGE_BYTES);
    kill 'KILL', $device or next;
    printf "%d it was writing to /shared, whose disk has only %d MiB left\n", $device, $free / 2**20;
  }
}
