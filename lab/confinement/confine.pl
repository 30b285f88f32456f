#!/usr/bin/perl
# Confines this process, then becomes a command: joins control groups and loads a filter of system
# calls. Arguments: the number of prctl(2), the filter in hexadecimal digits or nothing, files
# `cgroup.procs`, `--`, command.
#
# The filter is loaded with the machine's rights (CAP_SYS_ADMIN), so that programs like sudo(8) work
# under it. Perl is in every Debian, and can make any system call.
use strict;
use warnings;

my ($prctl, $filter) = splice @ARGV, 0, 2;
while ((my $file = shift) ne '--') {
  open my $procs, '>', $file or die "Cannot join $file: $!\n";
  syswrite $procs, $$ or die "Cannot join $file: $!\n";
}
if ($filter ne '') {
  my $code = pack 'H*', $filter;
  my $program = pack 'S x![P] P', length($code) / 8, $code;
  syscall($prctl + 0, 22, 2, $program) == 0 or die "Cannot load the filter of system calls: $!\n";
}
exec { $ARGV[0] } @ARGV or die "Cannot start $ARGV[0]: $!\n";
