#!/bin/sh
# Written by the Megalos manager: starts zebra in the LAN namespace.
#
# Every start of zebra passes here, and nothing else does. An old zserv.api would make bgpd start
# before zebra listens and lose seconds. The forwarding entries of an earlier zebra stay: they carry
# traffic until EVPN has spoken.

rm -f "$ZEBRA_SOCKET"
exec nsenter --net="$LAN_NETNS" -- "$@"
