# Binds a container as the profile does that containerd gives to each one that is not privileged
# (cri-containerd.apparmor.d): no mount(2), and nothing is written in /proc and /sys but what is the
# process' own. See apparmor.d(5).
#include <tunables/global>

profile megalos-powers flags=(attach_disconnected,mediate_deleted) {
  #include <abstractions/base>

  capability,
  file,
  network,
  umount,
  signal (receive) peer=unconfined,
  signal (send, receive) peer=megalos-powers,
  ptrace (trace, read, tracedby, readby) peer=megalos-powers,

  deny mount,
  deny @{PROC}/* w,
  deny @{PROC}/sys/[^k]** w,
  deny @{PROC}/sys/kernel/** w,
  deny @{PROC}/{kcore,kmem,mem,sysrq-trigger} rwklx,
  deny /sys/[^f]*/** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/kernel/security/** rwklx,
}
