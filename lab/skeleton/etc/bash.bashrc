# Of interactive shells in devices.
[ -n "${PS1-}" ] || return 0
shopt -s checkwinsize
PS1='\u@\h:\w\$ '
. /usr/lib/megalos-lab/hints.bash
