// The filter of system calls (seccomp(2)) that FRR and all that its scripts start run under.
import {
  ALLOW,
  EAFNOSUPPORT,
  EPERM,
  ifEqual,
  type Instruction,
  loadArgument,
  NEW_NAMESPACE,
  planFilter,
  refuse,
  refuseNew,
  unlessEqual,
} from "../../shared/seccomp/filter.ts";
import type { Syscall, SyscallTable } from "../../shared/seccomp/syscalls.ts";

/**
 * What neither FRR's daemons nor its scripts do besides what every filter refuses: mounting,
 * looking into other processes, and what is the node's and not a container's. A container's own
 * profile allows much of it to who has SYS_ADMIN, which zebra has to have.
 */
const REFUSED: readonly Syscall[] = [
  "adjtimex",
  "chroot",
  "clock_adjtime",
  "fanotify_init",
  "fsconfig",
  "fsmount",
  "fsopen",
  "fspick",
  "kcmp",
  "modify_ldt",
  "mount",
  "mount_setattr",
  "move_mount",
  "name_to_handle_at",
  "open_tree",
  "open_tree_attr",
  "personality",
  "pidfd_getfd",
  "pivot_root",
  "process_madvise",
  "process_vm_readv",
  "process_vm_writev",
  "ptrace",
  "setdomainname",
  "sethostname",
  "umount2",
  "unshare",
  "vhangup",
];

/**
 * The families of sockets (socket(2)) that FRR has: AF_UNIX for vtysh and between daemons, AF_INET
 * and AF_INET6 for BGP, AF_NETLINK for the kernel's tables, and AF_PACKET.
 */
const FAMILIES = [1, 2, 10, 16, 17];

/** Plans the filter. zebra is started in the LAN namespace: setns(2) for networks stays. */
export function planFrrFilter(table: SyscallTable): Instruction[] {
  return planFilter(table, REFUSED, {
    clone: refuseNew(["mount", "cgroup", "uts", "ipc", "user", "pid", "net"]),
    setns: [loadArgument(1), ...unlessEqual(NEW_NAMESPACE.net, [refuse(EPERM)])],
    socket: [
      loadArgument(0),
      ...FAMILIES.flatMap((family) => ifEqual(family, [ALLOW])),
      refuse(EAFNOSUPPORT),
    ],
  });
}
