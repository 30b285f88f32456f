// The filter of system calls (seccomp(2)) that FRR and all that its scripts start run under.
import {
  ALLOW,
  EAFNOSUPPORT,
  EPERM,
  ifAnyBit,
  ifEqual,
  type Instruction,
  loadArgument,
  NEW_NAMESPACE,
  planFilter,
  refuse,
  unlessEqual,
} from "../../shared/seccomp/filter.ts";
import type { Syscall, SyscallTable } from "../../shared/seccomp/syscalls.ts";

/**
 * What neither FRR's daemons nor its scripts do: mounting, looking into other processes, whole
 * parts of the kernel, and what is the node's and not a container's. A container's own profile
 * allows much of it to who has SYS_ADMIN, which zebra has to have.
 */
const REFUSED: readonly Syscall[] = [
  "_sysctl",
  "acct",
  "add_key",
  "adjtimex",
  "bpf",
  "chroot",
  "clock_adjtime",
  "clock_settime",
  "delete_module",
  "fanotify_init",
  "finit_module",
  "fsconfig",
  "fsmount",
  "fsopen",
  "fspick",
  "init_module",
  "io_uring_enter",
  "io_uring_register",
  "io_uring_setup",
  "ioperm",
  "iopl",
  "kcmp",
  "kexec_file_load",
  "kexec_load",
  "keyctl",
  "lookup_dcookie",
  "modify_ldt",
  "mount",
  "mount_setattr",
  "move_mount",
  "name_to_handle_at",
  "nfsservctl",
  "open_by_handle_at",
  "open_tree",
  "open_tree_attr",
  "perf_event_open",
  "personality",
  "pidfd_getfd",
  "pivot_root",
  "process_madvise",
  "process_vm_readv",
  "process_vm_writev",
  "ptrace",
  "quotactl",
  "quotactl_fd",
  "reboot",
  "request_key",
  "setdomainname",
  "sethostname",
  "settimeofday",
  "swapoff",
  "swapon",
  "syslog",
  "umount2",
  "unshare",
  "uselib",
  "userfaultfd",
  "vhangup",
];

/**
 * The families of sockets (socket(2)) that FRR has: AF_UNIX for vtysh and between daemons, AF_INET
 * and AF_INET6 for BGP, AF_NETLINK for the kernel's tables, and AF_PACKET.
 */
const FAMILIES = [1, 2, 10, 16, 17];

const NEW_NAMESPACES = Object.values(NEW_NAMESPACE).reduce<number>((all, one) => all | one, 0);

/** Plans the filter. zebra is started in the LAN namespace: setns(2) for networks stays. */
export function planFrrFilter(table: SyscallTable): Instruction[] {
  return planFilter(table, REFUSED, {
    clone: [loadArgument(0), ...ifAnyBit(NEW_NAMESPACES, [refuse(EPERM)])],
    setns: [loadArgument(1), ...unlessEqual(NEW_NAMESPACE.net, [refuse(EPERM)])],
    socket: [
      loadArgument(0),
      ...FAMILIES.flatMap((family) => ifEqual(family, [ALLOW])),
      refuse(EAFNOSUPPORT),
    ],
  });
}
