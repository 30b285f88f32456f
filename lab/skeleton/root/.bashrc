# Of shells in devices: their prompt, whatever the machine's own root has set up for itself.
PS1='\u@\h:\w\$ '
