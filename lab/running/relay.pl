#!/usr/bin/perl
# Carries bytes between standard input and output and a port of this network namespace's loopback
# address, until the port's side ends. Argument: the port.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my $port = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0], Timeout => 5)
  or die "Cannot reach port $ARGV[0]: $@\n";
my $ready = IO::Select->new($port, \*STDIN);

sub pass_on {
  my ($to, $bytes) = @_;
  for (my $at = 0; $at < length $bytes;) {
    my $written = syswrite $to, $bytes, length($bytes) - $at, $at;
    exit 1 unless defined $written;
    $at += $written;
  }
}

while (1) {
  for my $from ($ready->can_read) {
    my $read = sysread $from, my $bytes, 65536;
    if ($read) { pass_on($from == $port ? \*STDOUT : $port, $bytes) }
    elsif ($from == $port) { exit 0 }
    else {
      $ready->remove($from);
      shutdown $port, 1;
    }
  }
}
